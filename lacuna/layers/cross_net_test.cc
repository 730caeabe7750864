// Tests of CrossNet and CrossNetV2 against the formulas of the papers, in every storage.
#include <gtest/gtest.h>
#include <lacuna/lacuna.h>

#include "tests/gradient_check.h"

namespace lacuna {
namespace {

using layers::CrossNet;

const std::vector<double> kX{0.5, 0, -2, 0, 0, 0, 0, 0, 1, 0.3, 0, 1.5};

// The expected output, by x_{l+1} = x (x_l · w_l) + b_l + x_l.
std::vector<double> expected(CrossNet& layer, size_t layers, bool bias) {
  const auto weights = layer.get_weights();
  std::vector<double> x = kX;
  for (size_t r = 0; r < 3; ++r)
    for (size_t l = 0; l < layers; ++l) {
      double product = 0;
      for (size_t c = 0; c < 4; ++c) product += x[r * 4 + c] * weights[0].values<double>()[c * layers + l];
      for (size_t c = 0; c < 4; ++c)
        x[r * 4 + c] += kX[r * 4 + c] * product + (bias ? weights[1].values<double>()[l * 4 + c] : 0);
    }
  return x;
}

TEST(CrossNet, IsTheFormulaInEveryStorage) {
  const Tensor csr = test::csr_of(3, 4, kX), dense = tensor::Dense::of<double>({3, 4}, kX);
  for (const bool sparse : {false, true})
    for (const bool use_bias : {false, true})
      for (const bool sparse_weight : {false, true}) {
        if (sparse_weight && use_bias) continue;
        for (const Dim num_layers : {1, 3}) {
          SCOPED_TRACE(
              text("csr ", sparse, " bias ", use_bias, " table ", sparse_weight, " layers ", num_layers));
          CrossNet layer(num_layers, {.use_bias = use_bias,
                                      .bias_initializer = initializers::RandomNormal{.stddev = 0.5},
                                      .sparse_weight = sparse_weight,
                                      .dtype = DType::float64});
          const Symbol in = Input({.shape = {4}, .dtype = DType::float64, .sparse = sparse});
          const Symbol out = layer(in);
          EXPECT_EQ(out.shape(), in.shape());
          EXPECT_EQ(out.storage() == Storage::csr, sparse && !use_bias);
          Plan plan({in}, {out}, false);
          const Tensor* feed = sparse ? &csr : &dense;
          plan.run({&feed, 1});
          const auto want = expected(layer, static_cast<size_t>(num_layers), use_bias);
          const tensor::Dense got = to_dense(plan.output(0));
          for (size_t i = 0; i < 12; ++i) EXPECT_NEAR(got.values<double>()[i], want[i], 1e-12) << i;
          test::expect_gradients({in}, out, {*feed});
        }
      }
}

TEST(CrossNetV2, IsTheFormulaInEveryStorage) {
  const Tensor csr = test::csr_of(3, 4, kX), dense = tensor::Dense::of<double>({3, 4}, kX);
  for (const bool sparse : {false, true})
    for (const bool use_bias : {false, true})
      for (const Dim projection_dim : {0, 2}) {
        SCOPED_TRACE(text("csr ", sparse, " bias ", use_bias, " projection ", projection_dim));
        layers::CrossNetV2 layer(2, {.projection_dim = projection_dim,
                                     .use_bias = use_bias,
                                     .bias_initializer = initializers::RandomNormal{.stddev = 0.5},
                                     .dtype = DType::float64});
        const Symbol in = Input({.shape = {4}, .dtype = DType::float64, .sparse = sparse});
        const Symbol out = layer(in);
        EXPECT_EQ(out.storage(), in.storage());
        Plan plan({in}, {out}, false);
        const Tensor* feed = sparse ? &csr : &dense;
        plan.run({&feed, 1});
        const auto weights = layer.get_weights();
        std::vector<double> x = kX;
        size_t next = 0;
        for (int l = 0; l < 2; ++l) {
          std::vector<double> w(16);  // W, or U Vᵀ
          const auto u = weights[next++].values<double>();
          if (projection_dim) {
            const auto v = weights[next++].values<double>();
            for (size_t i = 0; i < 4; ++i)
              for (size_t j = 0; j < 4; ++j) w[i * 4 + j] = u[i * 2] * v[j * 2] + u[i * 2 + 1] * v[j * 2 + 1];
          } else {
            std::copy(u.begin(), u.end(), w.begin());
          }
          const double* b = use_bias ? weights[next++].values<double>().data() : nullptr;
          const std::vector<double> before = x;
          for (size_t r = 0; r < 3; ++r)
            for (size_t j = 0; j < 4; ++j) {
              double sum = b ? b[j] : 0;
              for (size_t i = 0; i < 4; ++i) sum += before[r * 4 + i] * w[i * 4 + j];
              x[r * 4 + j] += kX[r * 4 + j] * sum;
            }
        }
        const tensor::Dense got = to_dense(plan.output(0));
        for (size_t i = 0; i < 12; ++i) EXPECT_NEAR(got.values<double>()[i], x[i], 1e-12) << i;
        test::expect_gradients({in}, out, {*feed});
      }
}

TEST(CrossNet, SaysWhatItTakes) {
  EXPECT_THROW(CrossNet(0), InvalidArgument);
  EXPECT_THROW(CrossNet(2, {.sparse_weight = true}), InvalidArgument);
  EXPECT_THROW(CrossNet(2)(Input({.shape = {3, 4}})), InvalidArgument);
}

TEST(CrossNet, OfManyColumnsTouchesRowsAlone) {
  const std::vector<float> data{1, 2}, y{1, 2};
  const std::vector<int64_t> indices{7, Dim{1} << 29}, indptr{0, 1, 2};
  const csr_matrix x{std::span<const float>(data),
                     std::span<const int64_t>(indices),
                     std::span<const int64_t>(indptr),
                     {2, Dim{1} << 30}};
  CrossNet cross(2, {.use_bias = false, .sparse_weight = true});
  const Symbol in = Input({.shape = {Dim{1} << 30}, .sparse = true});
  Model model(in, layers::Dense(1, {.sparse_weight = true})(cross(in)));
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(x, y, {.epochs = 2, .verbose = 0});
  EXPECT_EQ(cross.weights()[0]->value().table().size(), 2u);
}

}  // namespace
}  // namespace lacuna
