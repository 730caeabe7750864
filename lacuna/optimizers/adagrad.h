// Adagrad.
#pragma once
#include <optional>

#include "lacuna/optimizers/optimizer.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// Adagrad, Duchi et al. (2011): a ← a + g², w ← w - lr g / (√a + epsilon). Rows without a gradient never
// move.
struct Adagrad {
  double lr = 0.01;
  std::optional<double> epsilon{};  // 1e-7 unless given
  double decay = 0;
  bool lazy_update = true;
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0;

  std::shared_ptr<Optimizer> make() const;
};

}  // namespace optimizers
}  // namespace lacuna
