// GroupAdagrad: Adagrad with one state per row.
#pragma once
#include <optional>

#include "lacuna/optimizers/optimizer.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// Adagrad with one state per row, as in MXNet: h ← h + mean(g²) of the row, w ← w - lr g / √(h + epsilon).
// Rows without a gradient never move. In a weight of rank 1 each value is a row.
struct GroupAdagrad {
  double lr = 0.01;
  std::optional<double> epsilon{};  // 1e-5 unless given
  double decay = 0;
  bool lazy_update = true;
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0, clipnorm_each = 0;

  std::shared_ptr<Optimizer> make() const;
};

}  // namespace optimizers
}  // namespace lacuna
