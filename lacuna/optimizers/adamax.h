// Adamax.
#pragma once
#include <optional>

#include "lacuna/base/dialect.h"
#include "lacuna/optimizers/optimizer.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// Adamax, Kingma and Ba (2014), section 7: m ← β₁ m + (1 - β₁) g, u ← max(β₂ u, |g|),
// w ← w - lr / (1 - β₁ᵗ) · m / (u + epsilon).
struct Adamax {
  double lr = by_dialect(0.002, 0.001);
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  std::optional<double> epsilon{};  // 1e-7 unless given
  double decay = 0;
  bool lazy_update = true;  // Tables only: rows without a gradient keep their states; t counts all steps.
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0, clipnorm_each = 0;

  std::shared_ptr<Optimizer> make() const;
};

}  // namespace optimizers
}  // namespace lacuna
