// Adagrad.
#pragma once
#include <optional>

#include "lacuna/base/dialect.h"
#include "lacuna/optimizers/optimizer.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// Adagrad, Duchi et al. (2011): a ← a + g², w ← w - lr g / (√a + epsilon), where a begins at
// initial_accumulator_value. Rows without a gradient never move.
struct Adagrad {
  double lr = by_dialect(0.01, 0.001);
  std::optional<double> epsilon{};  // 1e-7 unless given
  double decay = 0;
  double initial_accumulator_value = by_dialect(0.0, 0.1);
  bool lazy_update = true;
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0, clipnorm_each = 0;

  std::shared_ptr<Optimizer> make() const;
};

}  // namespace optimizers
}  // namespace lacuna
