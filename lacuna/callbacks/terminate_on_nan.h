// TerminateOnNaN: ends training that has diverged.
#pragma once
#include <cstdint>

#include "lacuna/training/callback.h"

namespace LACUNA_EXPORT lacuna {
namespace callbacks {

// Ends fit, in the middle of an epoch, where a batch's loss is not finite.
class TerminateOnNaN : public Callback {
 public:
  void on_batch_end(int64_t batch, const Logs& logs) override;
};

}  // namespace callbacks
}  // namespace lacuna
