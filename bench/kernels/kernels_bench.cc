// Benchmarks of products and row updates. Items: non-zeros, or values of a weight; bytes: the least that must
// be moved between memory and CPU.
#include <benchmark/benchmark.h>

#include <cmath>
#include <limits>
#include <vector>

#include "bench/kernels/made_csr.h"
#include "lacuna/kernels/csr_dot.h"
#include "lacuna/kernels/matmul.h"
#include "lacuna/kernels/sampled_dot.h"
#include "lacuna/kernels/update.h"

namespace lacuna::bench {
namespace {

constexpr Dim kColumns = 10'000, kPerRow = 100;

template <class T>
kernels::CsrView<T> view(const tensor::Csr& a) {
  return {static_cast<size_t>(a.rows), a.values<T>().data(), a.indices.as<int32_t>().data(),
          a.indptr.as<int32_t>().data()};
}

void count_nonzeros(benchmark::State& state, size_t nonzeros, size_t bytes_each) {
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(nonzeros));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(nonzeros * bytes_each));
}

template <class T>
void csr_dot(benchmark::State& state) {
  const Dim rows = 128, units = state.range(0);
  const tensor::Csr a = made_csr<T, int32_t>(rows, kColumns, kPerRow);
  const tensor::Dense w = made_dense<T>({kColumns, units});
  tensor::Dense c = made_dense<T>({rows, units});
  const auto n = static_cast<size_t>(units);
  for (auto _ : state) {
    kernels::csr_dot(view<T>(a), w.values<T>().data(), kColumns, n, n, c.values<T>().data());
    benchmark::ClobberMemory();
  }
  count_nonzeros(state, a.nonzeros(), sizeof(T) + sizeof(int32_t) + n * sizeof(T));
}
BENCHMARK(csr_dot<float>)->ArgName("units")->Arg(1)->Arg(16)->Arg(128)->Arg(2328);
BENCHMARK(csr_dot<double>)->ArgName("units")->Arg(1)->Arg(16)->Arg(128);

void sampled_dot(benchmark::State& state) {
  const Dim rows = 128, units = state.range(0);
  const tensor::Csr pattern = made_csr<float, int32_t>(rows, kColumns, kPerRow);
  const tensor::Dense a = made_dense<float>({rows, units}), b = made_dense<float>({kColumns, units});
  std::vector<float> s(pattern.nonzeros());
  const auto n = static_cast<size_t>(units);
  for (auto _ : state) {
    kernels::sampled_dot(view<float>(pattern), a.values<float>().data(), b.values<float>().data(), n, n,
                         s.data());
    benchmark::ClobberMemory();
  }
  count_nonzeros(state, pattern.nonzeros(), 2 * sizeof(float) + n * sizeof(float));
}
BENCHMARK(sampled_dot)->ArgName("units")->Arg(16)->Arg(128);

template <class T>
kernels::Sgd<T> rule(Tag<kernels::Sgd<T>>) {
  return {.rate = T(1e-3)};
}
template <class T>
kernels::Momentum<T> rule(Tag<kernels::Momentum<T>>) {
  return {.rate = T(1e-3), .momentum = T(0.9), .nesterov = false};
}
template <class T>
kernels::Adagrad<T> rule(Tag<kernels::Adagrad<T>>) {
  return {.rate = T(1e-3), .epsilon = T(1e-7)};
}
template <class T>
kernels::Adam<T> rule(Tag<kernels::Adam<T>>) {
  return {
      .rate = T(1e-3), .beta_1 = T(0.9), .beta_2 = T(0.999), .epsilon = T(1e-7), .keep = 1, .amsgrad = false};
}
constexpr kernels::Clip<float> kNoClip{1, std::numeric_limits<float>::infinity()};

void count_values(benchmark::State& state, size_t values, size_t states) {
  // The gradient is read; weight and states are read and written.
  count_nonzeros(state, values, sizeof(float) * (1 + 2 * (1 + states)));
}

// Not negative, since states hold sums of squares.
tensor::Dense made_states(const Shape& shape) {
  tensor::Dense made = made_dense<float>(shape);
  for (float& value : made.values<float>()) value = std::abs(value);
  return made;
}

// Updates 10,000 rows of a table, in which weight and states of a row lie side by side.
template <class Rule>
void update_rows(benchmark::State& state) {
  const auto width = static_cast<size_t>(state.range(0));
  const size_t states = Rule::states, stride = width * (1 + states), touched = 10'000;
  const Dim rows = 10 * static_cast<Dim>(touched);
  tensor::Dense table = made_states({rows, static_cast<Dim>(stride)});
  const tensor::Dense gradient = made_dense<float>({static_cast<Dim>(touched), static_cast<Dim>(width)});
  const std::vector<int64_t> ids = made_ids(touched, rows);
  float* weight = table.values<float>().data();
  const kernels::UpdateRows<float> to{
      weight, {weight + width, weight + 2 * width, nullptr}, stride, width, stride};
  const kernels::UpdateGradient<float> from{
      .ids = ids.data(), .place = nullptr, .gradient = gradient.values<float>().data(), .count = touched};
  for (auto _ : state) kernels::update(to, from, kNoClip, rule(Tag<Rule>{}));
  count_values(state, touched * width, states);
}
BENCHMARK(update_rows<kernels::Sgd<float>>)->ArgName("width")->Arg(1)->Arg(16)->Arg(128);
BENCHMARK(update_rows<kernels::Momentum<float>>)->ArgName("width")->Arg(1)->Arg(16)->Arg(128);
BENCHMARK(update_rows<kernels::Adagrad<float>>)->ArgName("width")->Arg(1)->Arg(16)->Arg(128);
BENCHMARK(update_rows<kernels::Adam<float>>)->ArgName("width")->Arg(1)->Arg(16)->Arg(128);

// Updates all rows of a dense weight.
template <class Rule>
void update_all(benchmark::State& state) {
  const Dim rows = 10'000, width = state.range(0);
  tensor::Dense weight = made_dense<float>({rows, width});
  tensor::Dense first = made_states({rows, width}), second = made_states({rows, width});
  const tensor::Dense gradient = made_dense<float>({rows, width});
  const auto columns = static_cast<size_t>(width);
  const kernels::UpdateRows<float> to{weight.values<float>().data(),
                                      {first.values<float>().data(), second.values<float>().data(), nullptr},
                                      columns,
                                      columns,
                                      columns};
  const kernels::UpdateGradient<float> from{.ids = nullptr,
                                            .place = nullptr,
                                            .gradient = gradient.values<float>().data(),
                                            .count = static_cast<size_t>(rows)};
  for (auto _ : state) kernels::update(to, from, kNoClip, rule(Tag<Rule>{}));
  count_values(state, weight.size(), Rule::states);
}
BENCHMARK(update_all<kernels::Momentum<float>>)->ArgName("width")->Arg(1)->Arg(128);
BENCHMARK(update_all<kernels::Adam<float>>)->ArgName("width")->Arg(1)->Arg(128);

template <class T>
void matmul(benchmark::State& state) {
  const Dim m = state.range(0), n = state.range(1), k = state.range(2);
  const tensor::Dense a = made_dense<T>({m, k}), b = made_dense<T>({k, n});
  tensor::Dense c = made_dense<T>({m, n});
  for (auto _ : state) {
    kernels::matmul(false, false, static_cast<size_t>(m), static_cast<size_t>(n), static_cast<size_t>(k),
                    a.values<T>().data(), static_cast<size_t>(k), b.values<T>().data(),
                    static_cast<size_t>(n), c.values<T>().data());
    benchmark::ClobberMemory();
  }
  state.counters["flop/s"] =
      benchmark::Counter(static_cast<double>(2 * m * n * k), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(matmul<float>)->ArgNames({"m", "n", "k"})->Args({128, 10, 2328})->Args({64, 256, 512});
BENCHMARK(matmul<float>)->ArgNames({"m", "n", "k"})->Args({512, 512, 512});
BENCHMARK(matmul<double>)->ArgNames({"m", "n", "k"})->Args({64, 256, 512});

}  // namespace
}  // namespace lacuna::bench
