// Mean and variance of each feature on the CPU, in double and in an order that does not depend on the number
// of threads.
#pragma once
#include <algorithm>

#include "lacuna/base/threads.h"
#include "lacuna/graph/op.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/views.h"

namespace lacuna::cpu {

// A dense tensor as (outer, features, inner).
struct Parts {
  Parts(const Shape& shape, size_t axis) : features(static_cast<size_t>(shape[axis])) {
    for (size_t i = 0; i < axis; ++i) outer *= static_cast<size_t>(shape[i]);
    for (size_t i = axis + 1; i < shape.size(); ++i) inner *= static_cast<size_t>(shape[i]);
  }
  size_t outer = 1, features, inner = 1;
};

// sums[c] += f(c, value) for all values of features [from, from + count).
template <class T, class F>
void add_up(const T* x, const Parts& p, size_t from, size_t count, double* sums, const F& f) {
  for (size_t o = 0; o < p.outer; ++o) {
    const T* row = x + (o * p.features + from) * p.inner;
    if (p.inner == 1)
      for (size_t c = 0; c < count; ++c) sums[c] += f(c, static_cast<double>(row[c]));
    else
      for (size_t c = 0; c < count; ++c)
        for (size_t i = 0; i < p.inner; ++i) sums[c] += f(c, static_cast<double>(row[c * p.inner + i]));
  }
}

template <class T>
void moments_of_dense(const T* x, const Parts& p, T* mean, T* variance) {
  constexpr size_t kBlock = 64;  // Features per block, with sums on the stack.
  const auto n = static_cast<double>(p.outer * p.inner);
  const size_t blocks = (p.features + kBlock - 1) / kBlock, work = p.outer * p.inner * kBlock;
  parallel_for(blocks, std::max<size_t>(1, kGrain / (work + 1)), [&](size_t begin, size_t end) {
    for (size_t b = begin; b < end; ++b) {
      const size_t from = b * kBlock, count = std::min(kBlock, p.features - from);
      double m[kBlock]{}, v[kBlock]{};
      add_up(x, p, from, count, m, [](size_t, double value) { return value; });
      for (size_t c = 0; c < count; ++c) m[c] /= n;
      add_up(x, p, from, count, v, [&](size_t c, double value) { return (value - m[c]) * (value - m[c]); });
      for (size_t c = 0; c < count; ++c) {
        mean[from + c] = static_cast<T>(m[c]);
        variance[from + c] = static_cast<T>(v[c] / n);
      }
    }
  });
}

// Elements that are not stored are 0: each adds nothing to the mean, and m² to the variance.
template <class T>
void moments_of_csr(const kernels::CsrView<T>& x, size_t columns, Scratch& scratch, T* mean, T* variance) {
  const auto n = static_cast<double>(x.rows);
  const auto m = scratch.get<double>(0, columns), v = scratch.get<double>(1, columns),
             stored = scratch.get<double>(2, columns);
  std::ranges::fill(m, 0.0);
  std::ranges::fill(v, 0.0);
  std::ranges::fill(stored, 0.0);
  const auto each = [&](const auto& f) {
    for (int32_t k = x.indptr[0]; k < x.indptr[x.rows]; ++k)
      f(static_cast<size_t>(x.indices[k]), static_cast<double>(x.data[k]));
  };
  each([&](size_t c, double value) {
    m[c] += value;
    stored[c] += 1;
  });
  for (double& sum : m) sum /= n;
  each([&](size_t c, double value) { v[c] += (value - m[c]) * (value - m[c]); });
  for (size_t c = 0; c < columns; ++c) {
    mean[c] = static_cast<T>(m[c]);
    variance[c] = static_cast<T>((v[c] + (n - stored[c]) * m[c] * m[c]) / n);
  }
}

}  // namespace lacuna::cpu
