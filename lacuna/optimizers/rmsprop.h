// RMSprop.
#pragma once
#include <optional>

#include "lacuna/optimizers/optimizer.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// RMSprop, Tieleman and Hinton (2012): a ← rho a + (1 - rho) g², w ← w - lr g / (√a + epsilon).
struct RMSprop {
  double lr = 0.001;
  double rho = 0.9;
  std::optional<double> epsilon{};  // 1e-7 unless given
  double decay = 0;
  bool lazy_update = true;  // Tables only: rows without a gradient keep their states.
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0, clipnorm_each = 0;

  std::shared_ptr<Optimizer> make() const;
};

}  // namespace optimizers
}  // namespace lacuna
