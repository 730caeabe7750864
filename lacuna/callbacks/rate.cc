// The learning rate, for callbacks.
#include "lacuna/callbacks/rate.h"

#include <cstdio>

#include "lacuna/base/message.h"
#include "lacuna/training/trainer.h"

namespace lacuna::callbacks {

Variable& rate_of(Trainer& trainer) { return *trainer.compiled("callbacks")->optimizer->lr; }

void log_rate(Logs& logs, double rate) {
  if (double* known = find(logs, "lr")) *known = rate;
  else logs.emplace_back("lr", rate);
}

void print_rate(int epoch, const char* what, double rate) {
  char line[160];
  std::snprintf(line, sizeof line, "\nEpoch %05d: %s learning rate to %.15g.\n", epoch + 1, what, rate);
  print(line);
}

}  // namespace lacuna::callbacks
