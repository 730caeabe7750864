// Nadam.
#pragma once
#include <optional>

#include "lacuna/base/dialect.h"
#include "lacuna/optimizers/optimizer.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// Nadam, Dozat (2015): Adam with Nesterov's momentum, and a momentum that grows to beta_1:
// βₜ = beta_1 (1 - 0.96^(t schedule_decay) / 2), m ← beta_1 m + (1 - beta_1) g, v as Adam's,
// w ← w - lr ((1 - βₜ) g / (1 - Πβ₁…βₜ) + βₜ₊₁ m / (1 - Πβ₁…βₜ₊₁)) / (√(v / (1 - beta_2ᵗ)) + epsilon).
struct Nadam {
  double lr = by_dialect(0.002, 0.001);
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  std::optional<double> epsilon{};  // 1e-7 unless given
  double schedule_decay = 0.004;
  bool lazy_update = true;  // Tables only: rows without a gradient keep their states; t counts all steps.
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0, clipnorm_each = 0;

  std::shared_ptr<Optimizer> make() const;
};

}  // namespace optimizers
}  // namespace lacuna
