// The base of ops whose only parameter is one axis.
#pragma once
#include "lacuna/graph/op.h"

namespace lacuna {

struct AxisOp : Op {
  explicit AxisOp(size_t a) : axis(a) {}
  std::string key() const override { return text(name(), ' ', axis); }
  size_t axis;
};

// x seen from one axis, as (outer, size, inner): `size` is that of the axis.
struct Strides {
  Strides(const tensor::Dense& x, size_t axis) : size(static_cast<size_t>(x.shape[axis])) {
    for (size_t i = 0; i < axis; ++i) outer *= static_cast<size_t>(x.shape[i]);
    for (size_t i = axis + 1; i < x.shape.size(); ++i) inner *= static_cast<size_t>(x.shape[i]);
  }
  size_t outer = 1, size, inner = 1;
};

}  // namespace lacuna
