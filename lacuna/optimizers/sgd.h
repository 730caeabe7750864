// Stochastic gradient descent, with and without momentum.
#pragma once
#include "lacuna/optimizers/optimizer.h"

namespace lacuna::optimizers {

// Stochastic gradient descent: w ← w - lr g; with momentum v ← momentum v - lr g, w ← w + v.
struct SGD {
  double lr = 0.01;
  double momentum = 0;
  double decay = 0;
  bool nesterov = false;
  bool lazy_update = true;  // For tables alone: rows without a gradient stay, their momentum too.
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0;

  std::shared_ptr<Optimizer> make() const;
};

}  // namespace lacuna::optimizers
