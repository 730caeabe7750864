// Threads share a predictor, also while it is replaced.
#include <atomic>
#include <thread>

#include "lacuna/layers/dense.h"
#include "lacuna/layers/input.h"
#include "lacuna/serving/predictor_c.h"
#include "lacuna/serving/predictor_swap.h"
#include "tests/served.h"

namespace lacuna::serving {
namespace {

using layers::Dense;
using layers::Input;

constexpr Dim kColumnsOfThreads = 50000;

// A model whose weights are all `value`, exported; and what it predicts for x.
std::vector<float> export_constant(const std::string& path, const char* initializer, const MadeRows& x) {
  const Symbol in = Input({.shape = {kColumnsOfThreads}, .name = "x", .sparse = true});
  Model model(in, Dense(1, {.kernel_initializer = initializer, .sparse_weight = true})(in));
  export_model(model.network(), path);
  const auto predicted = model.predict(x.matrix());
  return {predicted.values<float>().begin(), predicted.values<float>().end()};
}

TEST(PredictorThreads, ShareOnePredictor) {
  const MadeRows x(50, 10, kColumnsOfThreads, 1);
  const ServedPath path("shared");
  const std::vector<float> expected = export_constant(path, "uniform", x);
  const Predictor predictor(path.str());
  std::atomic<size_t> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      float now = 0;
      for (int times = 0; times < 20; ++times)
        for (size_t r = 0; r < x.rows(); ++r) {
          predictor.predict(1, x.input(r, r + 1), std::span(&now, 1));
          wrong += now != expected[r];
        }
    });
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(wrong, 0u);
}

TEST(PredictorThreads, ModelsAreSwappedUnderLoad) {
  const MadeRows x(50, 10, kColumnsOfThreads, 1);
  const ServedPath path("swapped");
  const std::vector<float> zeros = export_constant(path, "zeros", x);
  PredictorSwap swap((Predictor(path.str())));
  const std::vector<float> ones = export_constant(path, "ones", x);
  std::atomic<bool> stop{false};
  std::atomic<size_t> wrong{0}, calls{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      std::vector<float> now(x.rows());
      do {
        swap.get()->predict(x.rows(), x.input(), now);
        wrong += now != zeros && now != ones;
        ++calls;
      } while (!stop);
    });
  for (int times = 0; times < 20; ++times) {
    export_constant(path, times % 2 ? "zeros" : "ones", x);
    swap.put(Predictor(path.str()));
  }
  stop = true;
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_GE(calls, 4u);
}

TEST(PredictorThreads, TheSameInC) {
  const MadeRows x(50, 10, kColumnsOfThreads, 1);
  const ServedPath path("in_c");
  const std::vector<float> expected = export_constant(path, "uniform", x);
  EXPECT_EQ(lacuna_predictor_load("/nowhere/at.all", 0), nullptr);
  EXPECT_NE(std::string(lacuna_last_error()).find("/nowhere/at.all"), std::string::npos);
  EXPECT_EQ(lacuna_predictor_load(nullptr, 0), nullptr);
  lacuna_predictor* const model = lacuna_predictor_load(path.str().c_str(), LACUNA_COPIED);
  ASSERT_NE(model, nullptr) << lacuna_last_error();
  EXPECT_EQ(lacuna_predictor_inputs(model), 1u);
  EXPECT_STREQ(lacuna_predictor_input_name(model, 0), "x");
  EXPECT_EQ(lacuna_predictor_input_name(model, 1), nullptr);
  EXPECT_EQ(lacuna_predictor_input_takes(model, 0), LACUNA_TAKES_CSR);
  EXPECT_EQ(lacuna_predictor_input_width(model, 0), kColumnsOfThreads);
  EXPECT_EQ(lacuna_predictor_outputs(model), 1u);
  EXPECT_EQ(lacuna_predictor_output_width(model, 0), 1);
  EXPECT_EQ(lacuna_predictor_output_width(model, 1), -1);
  std::vector<float> now(x.rows());
  float* const outputs[] = {now.data()};
  lacuna_input input{.type = LACUNA_FLOAT32,
                     .values = x.data.data(),
                     .count = x.indices.size(),
                     .index_type = LACUNA_INT32,
                     .indices = x.indices.data(),
                     .indptr = x.indptr.data()};
  ASSERT_EQ(lacuna_predict(model, x.rows(), &input, 1, outputs, 1), 0) << lacuna_last_error();
  EXPECT_EQ(now, expected);
  EXPECT_EQ(lacuna_predict(model, x.rows(), &input, 1, outputs, 2), -1);
  EXPECT_EQ(lacuna_predict(model, x.rows(), &input, 0, outputs, 1), -1);
  input.type = LACUNA_STRING;
  EXPECT_EQ(lacuna_predict(model, x.rows(), &input, 1, outputs, 1), -1);
  input.type = 17;
  EXPECT_EQ(lacuna_predict(model, x.rows(), &input, 1, outputs, 1), -1);
  EXPECT_NE(std::string(lacuna_last_error()), "");
  EXPECT_EQ(lacuna_predictor_swap(model, path.str().c_str(), 0), 0);
  EXPECT_EQ(lacuna_predictor_swap(model, "/nowhere/at.all", 0), -1);
  lacuna_predictor_free(model);
  lacuna_predictor_free(nullptr);
}

}  // namespace
}  // namespace lacuna::serving
