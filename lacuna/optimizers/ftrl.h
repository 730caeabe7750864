// FTRL-Proximal.
#pragma once
#include "lacuna/optimizers/optimizer.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// FTRL-Proximal, McMahan et al. (2013), as Keras 3 has it, with learning_rate_power -0.5:
// z ← z + g - (√(n + g²) - √n) / lr · w, n ← n + g²,
// w ← (clip(z, ±l1) - z) / ((√n + beta) / lr + 2 l2). The first step sets a weight that has no gradient to 0,
// whatever its initial value.
struct Ftrl {
  double lr = 0.001;
  double initial_accumulator_value = 0.1;
  double l1_regularization_strength = 0;
  double l2_regularization_strength = 0;
  double beta = 0;
  double decay = 0;
  bool lazy_update = true;  // Tables only: rows without a gradient keep their states.
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0, clipnorm_each = 0;

  std::shared_ptr<Optimizer> make() const;
};

}  // namespace optimizers
}  // namespace lacuna
