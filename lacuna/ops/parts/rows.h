// A dense tensor as rows along its last axis.
#pragma once
#include <algorithm>

#include "lacuna/base/threads.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna {

struct LastAxis {
  explicit LastAxis(const tensor::Dense& x)
      : width(x.shape.empty() ? 1 : static_cast<size_t>(x.shape.back())),
        rows(width ? x.size() / width : 0) {}

  // body(r) for every row, in parallel over blocks of some thousand values.
  template <class Body>
  void for_rows(const Body& body) const {
    parallel_for(rows, std::max<size_t>(1, 8192 / (width + 1)), [&](size_t begin, size_t end) {
      for (size_t r = begin; r < end; ++r) body(r);
    });
  }

  size_t width, rows;
};

template <class T>
T largest(const T* values, size_t n) {
  T top = values[0];
  for (size_t j = 1; j < n; ++j) top = std::max(top, values[j]);
  return top;
}

}  // namespace lacuna
