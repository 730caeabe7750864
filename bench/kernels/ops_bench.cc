// Benchmarks of ops as a plan runs them. Items: non-zeros, or values; bytes: those of inputs and output.
#include <benchmark/benchmark.h>

#include <vector>

#include "bench/kernels/made_csr.h"
#include "lacuna/graph/plan.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/labels/crossentropy.h"
#include "lacuna/ops/products/dot_t.h"

namespace lacuna::bench {
namespace {

// Runs a function of symbols on these tensors, as a training step would.
template <class F>
void run(benchmark::State& state, const std::vector<Tensor>& tensors, const F& op, size_t items,
         size_t bytes) {
  std::vector<Symbol> in;
  std::vector<const Tensor*> feeds;
  for (const Tensor& tensor : tensors) {
    in.push_back(placeholder(tensor.spec(), text("x", in.size())));
    feeds.push_back(&tensor);
  }
  Plan plan(in, {op(in)}, true);
  for (auto _ : state) plan.run(feeds);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(items));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
}

void csr_t_dot(benchmark::State& state) {
  const Dim rows = 128, columns = 10'000, per_row = 100, units = state.range(0);
  const auto nonzeros = static_cast<size_t>(rows * per_row);
  run(
      state,
      {Tensor(made_csr<float, int32_t>(rows, columns, per_row)), Tensor(made_dense<float>({rows, units}))},
      [](const std::vector<Symbol>& in) { return dot_t(in[0], in[1]); }, nonzeros,
      nonzeros * (2 * sizeof(float) + static_cast<size_t>(units) * sizeof(float)));
}
BENCHMARK(csr_t_dot)->ArgName("units")->Arg(1)->Arg(16)->Arg(128)->Arg(2328);

template <Symbol (*op)(const Symbol&)>
void unary(benchmark::State& state) {
  const Dim values = 100'000;
  run(
      state, {Tensor(made_dense<float>({values / 100, 100}))},
      [](const std::vector<Symbol>& in) { return op(in[0]); }, static_cast<size_t>(values),
      2 * static_cast<size_t>(values) * sizeof(float));
}
BENCHMARK(unary<tanh>)->Name("tanh");
BENCHMARK(unary<sigmoid>)->Name("sigmoid");
BENCHMARK(unary<exp>)->Name("exp");
BENCHMARK(unary<softplus>)->Name("softplus");

void softmax_crossentropy_of_ids(benchmark::State& state) {
  const Dim rows = 1024, classes = state.range(0);
  tensor::Dense ids;
  ids.resize({rows}, DType::int32);
  Generator random(6);
  for (int32_t& id : ids.values<int32_t>())
    id = static_cast<int32_t>(random.below(static_cast<uint64_t>(classes)));
  const auto values = static_cast<size_t>(rows * classes);
  run(
      state, {Tensor(std::move(ids)), Tensor(made_dense<float>({rows, classes}))},
      [](const std::vector<Symbol>& in) { return sparse_softmax_crossentropy(in[0], in[1]); }, values,
      values * sizeof(float));
}
BENCHMARK(softmax_crossentropy_of_ids)->ArgName("classes")->Arg(10)->Arg(58)->Arg(1000);

}  // namespace
}  // namespace lacuna::bench
