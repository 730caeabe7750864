// Random bits for each element in each step. They depend only on (seed of the run, key of the op, step, row,
// place in the row), so that dense and csr agree and threads do not matter.
#pragma once
#include "lacuna/base/random.h"
#include "lacuna/graph/op.h"

namespace lacuna {

// The ops that draw numbers of their own in each step: K.eval, which has no steps, counts the runs of each.
class RandomOp : public Op {};

class StepRandom {
 public:
  StepRandom(uint64_t key, const Context& context)
      : step_(mix(mix(context.seed ^ mix(key)) + static_cast<uint64_t>(context.step))) {}

  uint64_t row(size_t r) const { return mix(step_ + r); }
  static uint64_t at(uint64_t row, uint64_t place) { return mix(row + place); }

 private:
  uint64_t step_;
};

}  // namespace lacuna
