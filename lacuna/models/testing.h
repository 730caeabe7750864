// What the tests of whole models share: a problem, a model of one layer, its kernel.
#pragma once
#include <gtest/gtest.h>

#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/input.h"
#include "lacuna/models/model.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna {

// A csr problem with empty rows and columns, and its dense copy.
struct Problem {
  explicit Problem(size_t rows = 101, size_t columns = 20, uint64_t seed = 1) {
    Generator random(seed);
    tensor::Dense x;
    x.resize({static_cast<Dim>(rows), static_cast<Dim>(columns)}, DType::float32);
    for (size_t r = 0; r < rows; ++r)
      for (size_t c = 0; c < columns; ++c)
        x.values<float>()[r * columns + c] =
            r % 7 == 3 || c == 5 || random.below(5) ? 0 : static_cast<float>(random.normal());
    dense = x;
    csr = to_csr(Tensor(x));
    for (size_t r = 0; r < rows; ++r) {
      double sum = 1;
      for (size_t c = 0; c < columns; ++c)
        sum += static_cast<double>(x.values<float>()[r * columns + c]) * (static_cast<double>(c) / 10 - 1);
      y.push_back(static_cast<float>(sum));
      label.push_back(static_cast<int64_t>(r % 3));
    }
  }
  tensor::Dense dense{};
  tensor::Csr csr{};
  std::vector<float> y{};
  std::vector<int64_t> label{};
};

inline Model linear(bool sparse_input, bool sparse_weight, const layers::DenseOptions& more = {}) {
  layers::DenseOptions options = more;
  options.sparse_weight = sparse_weight;
  options.kernel_initializer = initializers::RandomNormal{.seed = 3};
  const Symbol in = layers::Input({.shape = {20}, .sparse = sparse_input});
  return Model(in, layers::Dense(1, options)(in));
}

inline std::vector<float> kernel_of(Model& model) {
  const auto weights = model.get_weights();
  const auto v = weights[0].values<float>();
  return {v.begin(), v.end()};
}

inline void expect_near(const std::vector<float>& a, const std::vector<float>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << i;
}

}  // namespace lacuna
