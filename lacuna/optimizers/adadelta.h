// Adadelta.
#pragma once
#include <optional>

#include "lacuna/base/dialect.h"
#include "lacuna/optimizers/optimizer.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// Adadelta, Zeiler (2012): a ← rho a + (1 - rho) g², u = g √(d + epsilon) / √(a + epsilon), w ← w - lr u,
// d ← rho d + (1 - rho) u².
struct Adadelta {
  double lr = by_dialect(1.0, 0.001);
  double rho = 0.95;
  std::optional<double> epsilon{};  // 1e-7 unless given
  double decay = 0;
  bool lazy_update = true;  // Tables only: rows without a gradient keep their states.
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0, clipnorm_each = 0;

  std::shared_ptr<Optimizer> make() const;
};

}  // namespace optimizers
}  // namespace lacuna
