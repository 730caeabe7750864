// The gradient of a weight in a step.
#pragma once
#include "lacuna/graph/gradient_form.h"
#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// A gradient, whole or as factors, in tensors of the current step.
struct Gradient : FormedGradient<const Tensor*> {
  Gradient() = default;
  Gradient(const Tensor* gradient) : FormedGradient(FormedGradient::whole(gradient, gradient->storage())) {}
  Gradient(const FormedGradient& formed) : FormedGradient(formed) {}

  // Whether all rows must move in this step, since a constraint follows: then no row is left behind.
  bool all_rows = false;

  // The ids of the rows that have a gradient. Not for a dense gradient, nor for the factors of one unit.
  std::span<const int64_t> row_ids() const {
    return is_whole() ? whole()->row_sparse().row_ids() : ids()->dense().values<int64_t>();
  }
};

}  // namespace optimizers
}  // namespace lacuna
