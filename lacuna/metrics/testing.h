// Helpers for the tests of metrics with a state: scores with ties, labels, weights, and batches of them.
#pragma once
#include <gtest/gtest.h>

#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/base/testing.h"
#include "lacuna/metrics/metrics.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna::metrics {

struct Scene {
  Scene(size_t n, size_t columns, uint64_t seed = 1) : rows(n), width(columns) {
    Generator random(seed);
    for (size_t i = 0; i < n * columns; ++i) {
      const double label = random.uniform() < 0.3 ? 1 : 0;
      y.push_back(label);
      p.push_back(static_cast<double>(random.below(17)) / 32 + 0.25 * label);  // Many ties, in float32 too.
    }
    for (size_t r = 0; r < n; ++r) w.push_back(static_cast<double>(random.below(4)) / 2);  // Some are 0.
  }

  Tensor labels(size_t begin, size_t end, Storage storage = Storage::dense,
                DType dtype = DType::float64) const {
    const Tensor dense = cast(part(y, begin, end), dtype);
    return storage == Storage::csr ? Tensor(to_csr(dense)) : dense;
  }
  Tensor predictions(size_t begin, size_t end, DType dtype = DType::float64) const {
    return cast(part(p, begin, end), dtype);
  }
  Tensor part(const std::vector<double>& values, size_t begin, size_t end) const {
    return tensor::Dense::of<double>({static_cast<Dim>(end - begin), static_cast<Dim>(width)},
                                     std::span(values).subspan(begin * width, (end - begin) * width));
  }

  // The value of a metric that is fed in batches of 7.
  double value(const Arg<Metric>& metric, bool weighted, Storage storage = Storage::dense,
               Task task = Task::labels, DType dtype = DType::float64) const {
    const auto state = metric->accumulator(task);
    state->add(labels(0, 3), predictions(0, 3), {});  // reset() must forget this.
    state->reset();
    for (size_t begin = 0; begin < rows; begin += 7) {
      const size_t end = std::min(rows, begin + 7);
      state->add(labels(begin, end, storage, dtype), predictions(begin, end, dtype),
                 weighted ? std::span(w).subspan(begin, end - begin) : std::span<const double>{});
    }
    return state->value();
  }

  double weight(size_t r, bool weighted) const { return weighted ? w[r] : 1; }

  size_t rows, width;
  std::vector<double> y{}, p{}, w{};
};

}  // namespace lacuna::metrics
