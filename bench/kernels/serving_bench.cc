// Benchmarks of a predictor on rows of 39 ids, beside predict. Items: rows.
#include <benchmark/benchmark.h>

#include <atomic>
#include <map>

#include "lacuna/layers/core.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/factorization_machine.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "tests/served.h"

namespace lacuna::serving {
namespace {

using layers::Dense;
using layers::Input;

constexpr Dim kColumns = 1 << 20;
constexpr size_t kRows = 2048, kIds = 39;

const MadeRows& rows() {
  static const MadeRows made(kRows, kIds, kColumns, 1);
  return made;
}

Symbol crossed(const Symbol& in) {
  return layers::Add()(
      {Dense(1, {.sparse_weight = true})(in), layers::FactorizationMachine(16, {.sparse_weight = true})(in)});
}

// 0: a linear model, 1: with a factorization machine of 16 factors, 2: two hidden layers.
Model& model(int64_t kind) {
  static std::map<int64_t, Model> made;
  const auto known = made.find(kind);
  if (known != made.end()) return known->second;
  const Symbol in = Input({.shape = {kColumns}, .sparse = true});
  const Symbol out = kind == 0   ? Dense(1, {.sparse_weight = true})(in)
                     : kind == 1 ? crossed(in)
                                 : Dense(1)(Dense(64, {.activation = "relu"})(
                                       Dense(128, {.activation = "relu", .sparse_weight = true})(in)));
  Model& result = made.emplace(kind, Model(in, layers::Activation("sigmoid")(out))).first->second;
  train_a_little(result, rows().matrix(), kRows);
  return result;
}

const Predictor& predictor(int64_t kind, int64_t precision) {
  static std::map<std::pair<int64_t, int64_t>, Predictor> made;
  const auto known = made.find({kind, precision});
  if (known != made.end()) return known->second;
  const ServedPath path("bench");
  export_model(model(kind).network(), path,
               {.precision = precision == 32   ? "float32"
                             : precision == 16 ? "bfloat16"
                                               : "int8"});
  return made.emplace(std::pair{kind, precision}, Predictor(path.str())).first->second;
}

void served_row_by_row(benchmark::State& state) {
  const Predictor* served = nullptr;
  if (state.thread_index() == 0) served = &predictor(state.range(0), state.range(1));
  static std::atomic<const Predictor*> shared;
  if (served) shared = served;
  std::vector<float> now(1);
  for (auto _ : state) {
    const Predictor& here = *shared.load(std::memory_order_relaxed);
    for (size_t r = 0; r < kRows; ++r) here.predict(1, rows().input(r, r + 1), now);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRows));
}
BENCHMARK(served_row_by_row)
    ->ArgNames({"kind", "bits"})
    ->ArgsProduct({{0, 1, 2}, {32, 16, 8}})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(served_row_by_row)
    ->ArgNames({"kind", "bits"})
    ->Args({1, 32})
    ->ThreadRange(1, 8)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

void served_by_256(benchmark::State& state) {
  const Predictor& served = predictor(state.range(0), 32);
  std::vector<float> now(256);
  for (auto _ : state)
    for (size_t r = 0; r < kRows; r += 256) served.predict(256, rows().input(r, r + 256), now);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRows));
}
BENCHMARK(served_by_256)->ArgName("kind")->DenseRange(0, 2)->Unit(benchmark::kMicrosecond);

void predict_by_256(benchmark::State& state) {
  Model& predicts = model(state.range(0));
  for (auto _ : state)
    benchmark::DoNotOptimize(predicts.predict(rows().matrix(), {.batch_size = 256, .verbose = 0}));
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRows));
}
BENCHMARK(predict_by_256)->ArgName("kind")->DenseRange(0, 2)->Unit(benchmark::kMicrosecond);

void load(benchmark::State& state) {
  const ServedPath path("bench_load");
  const Exported exported = export_model(model(1).network(), path);
  for (auto _ : state) Predictor(path.str(), {.check = state.range(0) == 1});
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(exported.bytes));
}
BENCHMARK(load)->ArgName("check")->Arg(1)->Arg(0)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace lacuna::serving
