// Adam and AdamW.
#pragma once
#include <optional>

#include "lacuna/optimizers/optimizer.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// Adam, Kingma and Ba (2014): m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g²,
// w ← w - lr √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + epsilon). amsgrad: Reddi et al. (2018).
struct Adam {
  double lr = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  std::optional<double> epsilon{};  // 1e-7 unless given
  double decay = 0;
  bool amsgrad = false;
  bool lazy_update = true;  // Tables only: rows without a gradient keep their states; t counts all steps.
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0, clipnorm_each = 0;

  std::shared_ptr<Optimizer> make() const;
};

// Adam with decoupled decay, Loshchilov and Hutter (2019), as Keras 3 has it: w ← w - lr weight_decay w, then
// Adam's step.
struct AdamW {
  double lr = 0.001;
  double weight_decay = 0.004;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  std::optional<double> epsilon{};  // 1e-7 unless given
  double decay = 0;
  bool amsgrad = false;
  bool lazy_update = true;  // Tables only: rows without a gradient do not decay either.
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0, clipnorm_each = 0;

  std::shared_ptr<Optimizer> make() const;
};

}  // namespace optimizers
}  // namespace lacuna
