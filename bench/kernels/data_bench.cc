// Benchmarks of packing shuffled rows and of the libsvm reader. Items: non-zeros; bytes: those of the batch,
// or of the text.
#include <benchmark/benchmark.h>

#include <numeric>
#include <string>
#include <vector>

#include "bench/kernels/made_csr.h"
#include "lacuna/data/libsvm.h"
#include "lacuna/data/rows.h"

namespace lacuna::bench {
namespace {

// Packs random rows of a matrix that is larger than any cache.
template <class T, class I>
void pack(benchmark::State& state) {
  const Dim per_row = state.range(0), rows = 4'000'000 / per_row, columns = 100'000;
  const size_t batch = 512;
  data::Rows all(Tensor(made_csr<T, I>(rows, columns, per_row)), "x");
  std::vector<int64_t> order(static_cast<size_t>(rows));
  std::iota(order.begin(), order.end(), int64_t{0});
  Generator(5).shuffle(std::span(order));
  Tensor out = Tensor::empty({{None, columns}, DType::float32, Storage::csr});
  size_t at = 0;
  for (auto _ : state) {
    if (at + batch > order.size()) at = 0;
    all.pack(std::span(order).subspan(at, batch), out.spec(), out);
    at += batch;
    benchmark::ClobberMemory();
  }
  const int64_t nonzeros = state.iterations() * static_cast<int64_t>(batch) * per_row;
  state.SetItemsProcessed(nonzeros);
  state.SetBytesProcessed(nonzeros * static_cast<int64_t>(sizeof(float) + sizeof(int32_t)));
}
BENCHMARK(pack<float, int32_t>)->ArgName("per_row")->Arg(16)->Arg(100);
BENCHMARK(pack<float, int64_t>)->ArgName("per_row")->Arg(100);
BENCHMARK(pack<double, int32_t>)->ArgName("per_row")->Arg(100);

void parse_libsvm(benchmark::State& state) {
  const Dim rows = 10'000;
  const bool whole = state.range(0) == 0;
  const tensor::Csr x = made_csr<float, int32_t>(rows, 1'000'000, 39);
  std::string text;
  for (Dim r = 0; r < rows; ++r) {
    text += r % 2 ? "1" : "0";
    for (Dim k = r * 39; k < (r + 1) * 39; ++k) {
      const auto i = static_cast<size_t>(k);
      text += ' ' + std::to_string(x.indices.as<int32_t>()[i] + 1) + ':';
      text += whole ? "1" : std::to_string(x.values<float>()[i]);
    }
    text += '\n';
  }
  for (auto _ : state) benchmark::DoNotOptimize(data::parse_libsvm(text));
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(x.nonzeros()));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(parse_libsvm)->ArgName("digits")->Arg(0)->Arg(6)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lacuna::bench
