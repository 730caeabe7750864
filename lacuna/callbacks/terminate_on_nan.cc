// Ends training that has diverged.
#include "lacuna/callbacks/terminate_on_nan.h"

#include <cmath>

#include "lacuna/base/error.h"
#include "lacuna/base/message.h"
#include "lacuna/training/trainer.h"

namespace lacuna::callbacks {

void TerminateOnNaN::on_batch_end(int64_t batch, const Logs& logs) {
  const double* loss = find(logs, "loss");
  if (!loss || std::isfinite(*loss)) return;
  print(text("Batch ", batch, ": Invalid loss, terminating training\n"));
  trainer->stop_training = true;
}

}  // namespace lacuna::callbacks
