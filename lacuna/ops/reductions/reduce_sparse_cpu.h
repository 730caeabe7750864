// Reductions of csr and row_sparse on the CPU: what is stored is met, what is not is counted.
#pragma once
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/parts/reduce_cpu.h"

namespace lacuna::cpu {

// values: those of x, or others at its places. y: dense. finish(what the stored ones came to, how many
// elements are not stored, place in y); kMissing: whether it asks how many.
template <class F, bool kMissing, class T, class Finish>
void reduce_csr(const tensor::Csr& x, const T* values, const Reduced& goes, const Finish& finish, T* y,
                Scratch& scratch) {
  using K = typename F::template Kept<T>;
  constexpr K kFirst = F::template kFirst<T>;
  const auto each = [](K v) { return F::each(v); };
  const auto rows = static_cast<size_t>(x.rows), columns = static_cast<size_t>(x.columns);
  with_index(x, [&](auto indices, auto indptr) {
    const auto first = static_cast<size_t>(indptr[0]), nonzeros = x.nonzeros();
    if (goes[0] && goes[1]) {
      size_t all = 0;
      LACUNA_REQUIRE(!__builtin_mul_overflow(rows, columns, &all) || !kMissing,
                     "reduction: elements that are not stored must be fewer than 2^64 where they are "
                     "counted. Received: rows=",
                     rows, ", columns=", columns, ".");
      y[0] = finish(reduce_all<F>(values + first, nonzeros, kFirst, each, scratch, 0), all - nonzeros, 0);
    } else if (goes[1]) {
      parallel_for(rows, row_grain(rows, nonzeros), [&](size_t begin, size_t end) {
        for (size_t r = begin; r < end; ++r) {
          const auto from = static_cast<size_t>(indptr[r]), n = static_cast<size_t>(indptr[r + 1]) - from;
          y[r] = finish(reduce_line<F>(values + from, n, kFirst, each), columns - n, r);
        }
      });
    } else {
      const auto kept = scratch.get<K>(0, columns);
      std::fill(kept.begin(), kept.end(), kFirst);
      const auto stored = scratch.get<size_t>(1, kMissing ? columns : 0);
      std::fill(stored.begin(), stored.end(), 0);
      for (size_t k = first; k < first + nonzeros; ++k) {
        const auto c = static_cast<size_t>(indices[k]);
        kept[c] = F::of(kept[c], F::each(static_cast<K>(values[k])));
        if constexpr (kMissing) ++stored[c];
      }
      for (size_t c = 0; c < columns; ++c) y[c] = finish(kept[c], kMissing ? rows - stored[c] : 0, c);
    }
  });
}

// The same of row_sparse, whose dimensions behind the first all go, or none. Rows that stay and are not
// stored come to what zeros come to.
template <class F, class T, class Finish>
void reduce_rows(const tensor::RowSparse& x, const T* values, const Reduced& goes, const Finish& finish,
                 std::span<T> y, Scratch& scratch) {
  using K = typename F::template Kept<T>;
  Dims block = dims_of(x.shape);
  const auto rows = block[0], width = x.width();
  const auto ids = x.row_ids();
  block.size[0] = ids.size();
  const bool rest_goes = block.rank > 1 && goes[1];
  if (goes[0]) {
    const size_t missing = (rows - ids.size()) * (rest_goes ? width : 1);
    reduce<F>(
        values, block, goes, [&](K v, size_t o) { return finish(v, missing, o); }, y.data(), scratch);
    return;
  }
  parallel_for(rows, kGrain, [&](size_t begin, size_t end) {
    for (size_t r = begin; r < end; ++r) y[r] = finish(F::template kFirst<T>, width, r);
  });
  parallel_for(ids.size(), std::max<size_t>(1, kGrain / (width + 1)), [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const auto r = static_cast<size_t>(ids[i]);
      y[r] = finish(
          reduce_line<F>(values + i * width, width, F::template kFirst<T>, [](K v) { return F::each(v); }), 0,
          r);
    }
  });
}

}  // namespace lacuna::cpu
