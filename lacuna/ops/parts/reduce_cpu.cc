// The loops of reductions, compiled for each way to combine values.
#include "lacuna/ops/parts/reduce_cpu.h"

#include "lacuna/base/threads.h"
#include "lacuna/ops/parts/reduce_line.h"

namespace lacuna::cpu {
namespace {

template <class K>
using OnStack = K[kResults];

// Of n rows of at most kResults columns, which lie `step` values apart: one result for each column.
template <class F, class T>
void reduce_columns(const T* x, size_t n, size_t columns, size_t step, OnStack<KeptBy<F, T>>& kept) {
  using K = KeptBy<F, T>;
  if (n > kLine) {
    OnStack<K> more;
    reduce_columns<F>(x, n / 2, columns, step, kept);
    reduce_columns<F>(x + n / 2 * step, n - n / 2, columns, step, more);
    for (size_t j = 0; j < columns; ++j) kept[j] = F::of(kept[j], more[j]);
    return;
  }
  std::fill_n(kept, columns, F::template kFirst<T>);
  for (size_t r = 0; r < n; ++r, x += step)
    for (size_t j = 0; j < columns; ++j) kept[j] = F::of(kept[j], F::each(static_cast<K>(x[j])));
}

// x has the shape (outer, n, inner), and the middle is reduced.
template <class F, class T>
void reduce_middle(const T* x, size_t outer, size_t n, size_t inner, const Receiver<KeptBy<F, T>>& results,
                   Scratch& scratch) {
  using K = KeptBy<F, T>;
  if (inner == 1 && outer == 1) {
    const K result = reduce_all<F>(x, n, scratch, 2);
    return results(&result, nullptr, 0, 1);
  }
  if (inner == 1) return reduce_lines<F>(x, outer, n, results);
  const size_t parts = (inner + kResults - 1) / kResults;
  parallel_for(outer * parts, std::max<size_t>(1, kGrain / (n * std::min(inner, kResults) + 1)),
               [&](size_t begin, size_t end) {
                 OnStack<K> kept;
                 for (size_t p = begin; p < end; ++p) {
                   const size_t o = p / parts, from = p % parts * kResults;
                   const size_t columns = std::min(kResults, inner - from);
                   reduce_columns<F>(x + o * n * inner + from, n, columns, inner, kept);
                   results(kept, nullptr, o * inner + from, columns);
                 }
               });
}

}  // namespace

// In blocks of a fixed size; then the results of the blocks are combined.
template <class F, class T>
KeptBy<F, T> reduce_all(const T* x, size_t n, Scratch& scratch, size_t scratch_place) {
  const auto parts = scratch.get<KeptBy<F, T>>(scratch_place, (n + kGrain - 1) / kGrain);
  parallel_for(n, kGrain, [&](size_t begin, size_t end) {
    parts[begin / kGrain] = reduce_line<F>(x + begin, end - begin);
  });
  return reduce_line<typename F::Again>(parts.data(), parts.size());
}

template <class F, class T>
void reduce_lines(const T* x, size_t lines, size_t n, const Receiver<KeptBy<F, T>>& results) {
  parallel_for(lines, std::max<size_t>(1, kGrain / (n + 1)), [&](size_t begin, size_t end) {
    OnStack<KeptBy<F, T>> kept;
    for (size_t first = begin; first < end; first += kResults) {
      const size_t count = std::min(kResults, end - first);
      for (size_t i = 0; i < count; ++i) kept[i] = reduce_line<F>(x + (first + i) * n, n);
      results(kept, nullptr, first, count);
    }
  });
}

// Neighbouring dimensions that are all reduced, or all kept, are taken as one group; then one group after the
// other is reduced, the last one first.
template <class F, class T>
void reduce(const T* x, const Dims& dims, const Reduced& reduced, const Receiver<KeptBy<F, T>>& results,
            Scratch& scratch) {
  using K = KeptBy<F, T>;
  std::array<size_t, kMaxRank + 1> size{};
  std::array<bool, kMaxRank + 1> goes{};
  size_t groups = 0;
  for (size_t i = 0; i < dims.rank; ++i) {
    if (dims[i] == 1) continue;
    if (groups == 0 || goes[groups - 1] != reduced[i]) size[groups] = 1, goes[groups++] = reduced[i];
    size[groups - 1] *= dims[i];
  }
  size_t left = 0;
  for (size_t g = 0; g < groups; ++g) left += goes[g];
  if (left == 0) size[groups] = 1, goes[groups++] = true, left = 1;  // One element each.

  const K* between = nullptr;
  size_t inner = 1;  // The size of what is kept behind the current group.
  for (size_t g = groups; g-- > 0;) {
    if (!goes[g]) {
      inner *= size[g];
      continue;
    }
    size_t outer = 1;
    for (size_t i = 0; i < g; ++i) outer *= size[i];
    const auto step = [&](const Receiver<K>& to) {
      if (between) reduce_middle<typename F::Again>(between, outer, size[g], inner, to, scratch);
      else reduce_middle<F>(x, outer, size[g], inner, to, scratch);
    };
    if (--left == 0) return step(results);
    K* to = scratch.get<K>(left % 2, outer * inner).data();
    step(
        [to](const K* values, const size_t*, size_t place, size_t n) { std::copy_n(values, n, to + place); });
    between = to;
  }
}

#define LACUNA_REDUCE(F, T)                                                                  \
  template KeptBy<F, T> reduce_all<F, T>(const T*, size_t, Scratch&, size_t);                \
  template void reduce_lines<F, T>(const T*, size_t, size_t, const Receiver<KeptBy<F, T>>&); \
  template void reduce<F, T>(const T*, const Dims&, const Reduced&, const Receiver<KeptBy<F, T>>&, Scratch&);
LACUNA_EACH_REDUCTION(LACUNA_REDUCE)
#undef LACUNA_REDUCE

}  // namespace lacuna::cpu
