// Benchmarks of finding the slots of known row ids in a table: in a small table ids are slots, a middle one
// has an array of slots, a large one a hash table. Items: ids.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "bench/kernels/made_csr.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna::bench {
namespace {

void touch(benchmark::State& state) {
  const Dim rows = state.range(0);
  const size_t known = static_cast<size_t>(std::min<Dim>(rows, 1'000'000)), batch = 20'000;
  RowTable table({rows, 1}, DType::float32, Draw{});
  const std::vector<int64_t> ids = made_ids(known, rows);
  std::vector<int32_t> slots(std::max(known, batch));
  table.touch(ids, slots);
  // Slots are assigned in this order; the batch has the ids in another order.
  Generator random(4);
  std::vector<int64_t> met(batch);
  for (int64_t& id : met) id = ids[random.below(known)];
  for (auto _ : state) {
    table.touch(met, std::span(slots).first(batch));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(batch));
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(batch * (sizeof(int64_t) + sizeof(int32_t))));
}
BENCHMARK(touch)->ArgName("rows")->Arg(10'000)->Arg(10'000'000)->Arg(1'000'000'000);

}  // namespace
}  // namespace lacuna::bench
