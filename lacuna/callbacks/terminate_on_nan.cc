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
  inform(
      text("TerminateOnNaN: fit ends after batch ", batch + 1, " of the epoch, whose loss is ", *loss, "."));
  print(text("Batch ", batch, ": Invalid loss, terminating training\n"));
  trainer->stop_training = true;
}

}  // namespace lacuna::callbacks
