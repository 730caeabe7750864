// FTRL-Proximal.
#pragma once
#include "lacuna/optimizers/optimizer.h"

namespace lacuna::optimizers {

// FTRL-Proximal, McMahan et al. (2013), as Keras 3 has it, with learning_rate_power -0.5:
// z ← z + g - (√(n + g²) - √n) / lr · w, n ← n + g²,
// w ← (clip(z, ±l1) - z) / ((√n + beta) / lr + 2 l2). The first step forgets what a weight started from,
// where it has no gradient.
struct Ftrl {
  double lr = 0.001;
  double initial_accumulator_value = 0.1;
  double l1_regularization_strength = 0;
  double l2_regularization_strength = 0;
  double beta = 0;
  double decay = 0;
  bool lazy_update = true;  // Of tables: states of rows without a gradient stay; t is the optimizer's step.
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0;

  std::shared_ptr<Optimizer> make() const;
};

}  // namespace lacuna::optimizers
