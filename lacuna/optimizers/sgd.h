// Stochastic gradient descent, with and without momentum.
#pragma once
#include "lacuna/optimizers/optimizer.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// Stochastic gradient descent: w ← w - lr g; with momentum v ← momentum v - lr g, w ← w + v.
struct SGD {
  double lr = 0.01;
  double momentum = 0;
  double decay = 0;
  bool nesterov = false;
  bool lazy_update = true;  // Tables only: rows without a gradient and their momentum do not change.
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0, clipnorm_each = 0;

  std::shared_ptr<Optimizer> make() const;
};

}  // namespace optimizers
}  // namespace lacuna
