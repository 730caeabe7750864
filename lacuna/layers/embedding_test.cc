// Tests of Embedding with a combiner, for csr and padded ids, and of FactorizationMachine for ids.
#include <gtest/gtest.h>
#include <lacuna/lacuna.h>

#include <cmath>

#include "tests/gradient_check.h"

namespace lacuna {
namespace {

using layers::Embedding;
using layers::EmbeddingOptions;

const std::vector<double> kEmbeddingX{
    0.5, 0, -2, 0, 1.5, 0, 0,   0, 0, 0,      // The second row has no entry,
    0,   0, 0,  3, 0,   0, 0.3, 1, 0, -1.3};  // the weights of the last sum to 0.

std::vector<double> values(const Tensor& x) {
  const tensor::Dense full = to_dense(x);
  return {full.values<double>().begin(), full.values<double>().end()};
}

std::vector<double> run(const std::vector<Symbol>& inputs, const Symbol& output,
                        const std::vector<Tensor>& feeds) {
  Plan plan(inputs, {output}, false);
  std::vector<const Tensor*> given;
  for (const Tensor& feed : feeds) given.push_back(&feed);
  plan.run(given);
  return values(plan.output(0));
}

// The expected result of a combiner for kEmbeddingX, entry by entry.
std::vector<double> expected(const std::string& combiner, bool weighted, const tensor::Dense& e) {
  std::vector<double> result;
  for (size_t r = 0; r < 4; ++r)
    for (size_t j = 0; j < 3; ++j) {
      double sum = 0, weights = 0, squares = 0;
      for (size_t c = 0; c < 5; ++c) {
        if (kEmbeddingX[r * 5 + c] == 0) continue;
        const double w = weighted ? kEmbeddingX[r * 5 + c] : 1;
        sum += w * e.values<double>()[c * 3 + j];
        weights += w;
        squares += w * w;
      }
      const double norm = combiner == "sum" ? 1 : combiner == "mean" ? weights : std::sqrt(squares);
      result.push_back(norm == 0 ? 0 : sum / norm);
    }
  return result;
}

TEST(EmbeddingBag, OfCsrIsTheFormula) {
  const Tensor x = test::csr_of(4, 5, kEmbeddingX);
  for (const bool sparse_grad : {false, true})
    for (const bool weighted : {false, true})
      for (const char* combiner : {"sum", "mean", "sqrtn"}) {
        SCOPED_TRACE(text(combiner, " weighted ", weighted, " sparse_grad ", sparse_grad));
        Embedding layer(5, 3,
                        {.sparse_grad = sparse_grad,
                         .combiner = combiner,
                         .weighted = weighted,
                         .dtype = DType::float64});
        const Symbol in = Input({.shape = {5}, .dtype = DType::float64, .sparse = true});
        const Symbol out = layer(in);
        EXPECT_EQ(out.shape(), (Shape{None, 3}));
        const auto y = run({in}, out, {x}), want = expected(combiner, weighted, layer.get_weights()[0]);
        // -1.3 + 0.3 + 1 is not exactly 0 in floating point, so the mean of the last row is arbitrary.
        const size_t compared = weighted && std::string(combiner) == "mean" ? 9 : 12;
        for (size_t i = 0; i < compared; ++i) EXPECT_NEAR(y[i], want[i], 1e-12) << i;
        for (const double v : y) EXPECT_TRUE(std::isfinite(v));
      }
}

TEST(EmbeddingBag, OfWeightsThatCancelIsZero) {
  // The second row has only stored zeros.
  const Tensor x = test::csr_of(2, 5, {1, -1, 0, 0, 0, 0, 0, 0, 0, 0}, {5, 7});
  for (const char* combiner : {"mean", "sqrtn"}) {
    Embedding layer(5, 3, {.combiner = combiner, .dtype = DType::float64});
    const Symbol in = Input({.shape = {5}, .dtype = DType::float64, .sparse = true});
    const Symbol out = layer(in);
    const auto y = run({in}, out, {x});
    for (size_t i = std::string(combiner) == "mean" ? 0 : 3; i < 6; ++i) EXPECT_EQ(y[i], 0) << i;
    Plan plan({in}, gradients(sum(out), {in, read(layer.weights()[0])}), true);
    const Tensor* feed = &x;
    plan.run({&feed, 1});
    for (size_t i = 0; i < plan.size(); ++i)
      for (const double g : values(plan.output(i))) EXPECT_TRUE(std::isfinite(g));
  }
}

TEST(EmbeddingBag, Gradients) {
  const Tensor x = test::csr_of(4, 5, {0.5, 0, -2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0.7, 1, 0, 0}, {3});
  for (const bool sparse_grad : {false, true})
    for (const char* combiner : {"sum", "mean", "sqrtn"}) {
      SCOPED_TRACE(text(combiner, " sparse_grad ", sparse_grad));
      Embedding layer(5, 3, {.sparse_grad = sparse_grad, .combiner = combiner, .dtype = DType::float64});
      const Symbol in = Input({.shape = {5}, .dtype = DType::float64, .sparse = true});
      test::expect_gradients({in}, layer(in), {x});
    }
}

TEST(EmbeddingBag, OfPaddedIdsSkipsZero) {
  const std::vector<int64_t> ids{1, 4, 0, 0, 0, 0, 4, 4, 2};
  const Tensor x = tensor::Dense::of<int64_t>({3, 3}, ids);
  const auto padded = tensor::Dense::of<double>({3, 5}, std::vector<double>{0, 1, 0, 0, 1,  //
                                                                            0, 0, 0, 0, 0,  //
                                                                            0, 0, 1, 0, 2});
  for (const bool sparse_grad : {false, true})
    for (const char* combiner : {"sum", "mean", "sqrtn"}) {
      SCOPED_TRACE(text(combiner, " sparse_grad ", sparse_grad));
      Embedding layer(
          5, 3,
          {.mask_zero = true, .sparse_grad = sparse_grad, .combiner = combiner, .dtype = DType::float64});
      const Symbol in = Input({.shape = {3}, .dtype = DType::int64});
      const Symbol out = layer(in);
      EXPECT_EQ(out.shape(), (Shape{None, 3}));
      EXPECT_FALSE(static_cast<bool>(layers::mask_of(out)));
      const auto y = run({in}, out, {x});
      const tensor::Dense e = layer.get_weights()[0];
      for (size_t r = 0; r < 3; ++r)
        for (size_t j = 0; j < 3; ++j) {
          double sum = 0, count = 0;
          for (size_t c = 0; c < 5; ++c) {
            sum += padded.values<double>()[r * 5 + c] * e.values<double>()[c * 3 + j];
            count += padded.values<double>()[r * 5 + c];
          }
          const std::string k = combiner;
          const double norm = k == "sum" || count == 0 ? 1 : k == "mean" ? count : std::sqrt(count);
          EXPECT_NEAR(y[r * 3 + j], sum / norm, 1e-12);
        }
      test::expect_gradients({in}, out, {x});
    }
  // Without mask_zero 0 is an id like any other, so the mean is over three.
  Embedding layer(5, 3, {.combiner = "mean", .dtype = DType::float64});
  const Symbol in = Input({.shape = {3}, .dtype = DType::int64});
  const auto y = run({in}, layer(in), {x});
  const auto e = layer.get_weights()[0];
  EXPECT_NEAR(y[3], e.values<double>()[0], 1e-15);
}

TEST(EmbeddingBag, TakesTwoToTheFortyColumns) {
  const std::vector<float> data{1, 2, 3}, y{1, 2};
  const std::vector<int64_t> indices{7, Dim{1} << 39, 7}, indptr{0, 2, 3};
  const csr_matrix x{std::span<const float>(data),
                     std::span<const int64_t>(indices),
                     std::span<const int64_t>(indptr),
                     {2, Dim{1} << 40}};
  Embedding layer(Dim{1} << 40, 4, {.sparse_grad = true, .combiner = "mean"});
  const Symbol in = Input({.shape = {Dim{1} << 40}, .sparse = true});
  Model model(in, layers::Dense(1)(layer(in)));
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(x, y, {.epochs = 2, .verbose = 0});
  EXPECT_EQ(layer.weights()[0]->value().table().size(), 2u);

  // The same for ids: 2^39 and padding.
  const std::vector<int64_t> ids{7, Dim{1} << 39, 7, 0};
  Embedding bag(Dim{1} << 40, 4, {.mask_zero = true, .sparse_grad = true, .combiner = "sum"});
  const Symbol ids_in = Input({.shape = {2}, .dtype = DType::int64});
  Model of_ids(ids_in, layers::Dense(1)(bag(ids_in)));
  of_ids.compile({.optimizer = "adam", .loss = "mse"});
  of_ids.fit(array{std::span<const int64_t>(ids), {2, 2}}, y, {.epochs = 2, .verbose = 0});
  EXPECT_EQ(bag.weights()[0]->value().table().size(), 2u);
}

TEST(EmbeddingBag, InASequentialTakesWhatTheFirstXIs) {
  const std::vector<float> data{1, 2, 3}, y{1, 2};
  const std::vector<int32_t> indices{3, 1, 4}, indptr{0, 2, 3}, ids{3, 1, 4, 4};
  const csr_matrix x{std::span<const float>(data),
                     std::span<const int32_t>(indices),
                     std::span<const int32_t>(indptr),
                     {2, 5}};
  Sequential of_csr({Embedding(5, 4, {.combiner = "mean"}), layers::Dense(1)});
  of_csr.compile({.optimizer = "sgd", .loss = "mse"});
  of_csr.fit(x, y, {.verbose = 0});
  Sequential of_ids({Embedding(5, 4, {.combiner = "mean"}), layers::Dense(1)});
  of_ids.compile({.optimizer = "sgd", .loss = "mse"});
  of_ids.fit(array{std::span<const int32_t>(ids), {2, 2}}, y, {.verbose = 0});
}

TEST(EmbeddingBag, SaysWhatItTakes) {
  const Symbol csr = Input({.shape = {5}, .sparse = true}),
               ids = Input({.shape = {3}, .dtype = DType::int32});
  EXPECT_THROW(Embedding(5, 3)(csr), InvalidArgument);
  EXPECT_THROW(Embedding(6, 3, {.combiner = "sum"})(csr), InvalidArgument);
  EXPECT_THROW(Embedding(5, 3, {.mask_zero = true, .combiner = "sum"})(csr), InvalidArgument);
  EXPECT_THROW(Embedding(5, 3, {.combiner = "max"}), InvalidArgument);
  Model model(ids, Embedding(5, 3, {.combiner = "sum"})(ids));
  const std::vector<int32_t> wrong{1, 2, 5};
  EXPECT_THROW(model.predict(array{std::span<const int32_t>(wrong), {1, 3}}), OutOfRange);
}

// Compares with the formula of the paper: Σ l_j + Σ_{i<j} <v_i, v_j> over the ids of a row.
TEST(FactorizationMachine, OfIdsIsThePlainFormula) {
  const std::vector<int64_t> ids{1, 4, 2, 0, 0, 3, 4, 4, 2};  // With padding, and an id that occurs twice.
  const Tensor x = tensor::Dense::of<int64_t>({3, 3}, ids);
  for (const bool sparse_weight : {false, true})
    for (const bool mask_zero : {false, true}) {
      SCOPED_TRACE(text("sparse_weight ", sparse_weight, " mask_zero ", mask_zero));
      layers::FactorizationMachine layer(2, {.sparse_weight = sparse_weight,
                                             .input_dim = 5,
                                             .ids = true,
                                             .mask_zero = mask_zero,
                                             .dtype = DType::float64});
      const Symbol in = Input({.shape = {3}, .dtype = DType::int64});
      const Symbol out = layer(in);
      const auto y = run({in}, out, {x});
      const auto kernel = layer.get_weights()[0];
      const auto w = [&](int64_t id, size_t j) {
        return kernel.values<double>()[static_cast<size_t>(id) * 3 + j];
      };
      for (size_t r = 0; r < 3; ++r) {
        double want = 0;
        for (size_t i = 0; i < 3; ++i) {
          const int64_t a = ids[r * 3 + i];
          if (mask_zero && a == 0) continue;
          want += w(a, 2);
          for (size_t k = i + 1; k < 3; ++k)
            if (const int64_t b = ids[r * 3 + k]; !mask_zero || b)
              want += w(a, 0) * w(b, 0) + w(a, 1) * w(b, 1);
        }
        EXPECT_NEAR(y[r], want, 1e-12) << r;
      }
      test::expect_gradients({in}, out, {x});
    }
}

TEST(FactorizationMachine, IsThePlainFormulaInEveryStorage) {
  const std::vector<double> full{0.5, 0, -2, 0, 1.5, 0, 0, 0, 0, 0, 1, 0, 0, 3, 0};
  const Tensor csr = test::csr_of(3, 5, full), dense = tensor::Dense::of<double>({3, 5}, full);
  for (const bool sparse_weight : {false, true})
    for (const bool sparse : {false, true}) {
      SCOPED_TRACE(text("sparse_weight ", sparse_weight, " csr ", sparse));
      layers::FactorizationMachine layer(3, {.sparse_weight = sparse_weight, .dtype = DType::float64});
      const Symbol in = Input({.shape = {5}, .dtype = DType::float64, .sparse = sparse});
      const Symbol out = layer(in);
      const auto y = run({in}, out, {sparse ? csr : dense});
      const auto kernel = layer.get_weights()[0];
      const double* w = kernel.values<double>().data();
      for (size_t r = 0; r < 3; ++r) {
        double want = 0;
        for (size_t i = 0; i < 5; ++i) {
          want += full[r * 5 + i] * w[i * 4 + 3];
          for (size_t k = i + 1; k < 5; ++k)
            for (size_t f = 0; f < 3; ++f)
              want += full[r * 5 + i] * full[r * 5 + k] * w[i * 4 + f] * w[k * 4 + f];
        }
        EXPECT_NEAR(y[r], want, 1e-12) << r;
      }
      test::expect_gradients({in}, out, {sparse ? csr : dense});
    }
}

}  // namespace
}  // namespace lacuna
