// FixedPhase: while it lives, ops that this thread makes act as in training in every run of a plan, or
// (false) as the run says. So a layer that is called with training=True acts in predictions too.
#pragma once
#include <utility>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

class FixedPhase {
 public:
  explicit FixedPhase(bool training);
  ~FixedPhase();
  FixedPhase(const FixedPhase&) = delete;
  FixedPhase& operator=(const FixedPhase&) = delete;

  static bool trains();  // Whether an op that is made now acts as in training always.

 private:
  bool before_;
};

}  // namespace lacuna
