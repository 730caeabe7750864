// What a weight learns from.
#pragma once
#include "lacuna/graph/gradient_form.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna::optimizers {

// A gradient in the tensors of a step.
struct Gradient : FormedGradient<const Tensor*> {
  Gradient() = default;
  Gradient(const Tensor* gradient) : FormedGradient(FormedGradient::whole(gradient, gradient->storage())) {}
  Gradient(const FormedGradient& formed) : FormedGradient(formed) {}

  // A constraint follows, which all rows must be there for: none is left behind in this step.
  bool all_rows = false;

  // Rows that it names; not of a dense one, nor of one unit's factors.
  std::span<const int64_t> row_ids() const {
    return is_whole() ? whole()->row_sparse().row_ids() : ids()->dense().values<int64_t>();
  }
};

}  // namespace lacuna::optimizers
