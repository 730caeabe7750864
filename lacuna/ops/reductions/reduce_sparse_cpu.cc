// The loops of reductions over csr and row_sparse, compiled for each way to combine values.
#include "lacuna/ops/reductions/reduce_sparse_cpu.h"

#include "lacuna/base/error.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/parts/reduce_line.h"

namespace lacuna::cpu {

template <class F, class T>
void reduce_csr(const tensor::Csr& x, const T* values, const Reduced& goes, bool counts_missing,
                const Receiver<KeptBy<F, T>>& results, Scratch& scratch) {
  using K = KeptBy<F, T>;
  const auto rows = static_cast<size_t>(x.rows), columns = static_cast<size_t>(x.columns);
  with_index(x, [&](auto indices, auto indptr) {
    const auto first = static_cast<size_t>(indptr[0]), nonzeros = x.nonzeros();
    if (goes[0] && goes[1]) {
      size_t all = 0;
      LACUNA_REQUIRE(!__builtin_mul_overflow(rows, columns, &all) || !counts_missing,
                     "reduction: elements that are not stored must be fewer than 2^64 where they are "
                     "counted. Received: rows=",
                     rows, ", columns=", columns, ".");
      const K result = reduce_all<F>(values + first, nonzeros, scratch, 0);
      const size_t missing = all - nonzeros;
      results(&result, counts_missing ? &missing : nullptr, 0, 1);
    } else if (goes[1]) {
      parallel_for(rows, row_grain(rows, nonzeros), [&](size_t begin, size_t end) {
        K kept[kResults];
        size_t missing[kResults];
        for (size_t block = begin; block < end; block += kResults) {
          const size_t count = std::min(kResults, end - block);
          for (size_t i = 0; i < count; ++i) {
            const auto from = static_cast<size_t>(indptr[block + i]);
            const size_t n = static_cast<size_t>(indptr[block + i + 1]) - from;
            kept[i] = reduce_line<F>(values + from, n);
            missing[i] = columns - n;
          }
          results(kept, counts_missing ? missing : nullptr, block, count);
        }
      });
    } else {
      const auto kept = scratch.get<K>(0, columns);
      std::fill(kept.begin(), kept.end(), F::template kFirst<T>);
      for (size_t k = first; k < first + nonzeros; ++k) {
        K& result = kept[static_cast<size_t>(indices[k])];
        result = F::of(result, F::each(static_cast<K>(values[k])));
      }
      const auto missing = scratch.get<size_t>(1, counts_missing ? columns : 0);
      std::fill(missing.begin(), missing.end(), rows);
      if (counts_missing)
        for (size_t k = first; k < first + nonzeros; ++k) --missing[static_cast<size_t>(indices[k])];
      for (size_t c = 0; c < columns; c += kResults)
        results(&kept[c], counts_missing ? &missing[c] : nullptr, c, std::min(kResults, columns - c));
    }
  });
}

template <class F, class T>
void reduce_rows(const tensor::RowSparse& x, const T* values, const Reduced& goes,
                 const Receiver<KeptBy<F, T>>& results, Scratch& scratch) {
  using K = KeptBy<F, T>;
  Dims block = dims_of(x.shape);
  const auto rows = block[0], width = x.width();
  const auto ids = x.row_ids();
  block.size[0] = ids.size();
  const auto with_missing = [&](size_t missing) {
    return [&results, missing](const K* kept, const size_t*, size_t place, size_t n) {
      size_t each[kResults];
      std::fill_n(each, n, missing);
      results(kept, each, place, n);
    };
  };
  if (goes[0]) {
    const bool rest_goes = block.rank > 1 && goes[1];
    const auto to = with_missing((rows - ids.size()) * (rest_goes ? width : 1));
    return reduce<F>(values, block, goes, Receiver<K>(to), scratch);
  }
  parallel_for(rows, kGrain, [&, to = with_missing(width)](size_t begin, size_t end) {
    K none[kResults];
    std::fill_n(none, kResults, F::template kFirst<T>);
    for (size_t r = begin; r < end; r += kResults) to(none, nullptr, r, std::min(kResults, end - r));
  });
  const auto to_row = [&](const K* kept, const size_t*, size_t i, size_t n) {
    for (size_t k = 0; k < n; ++k) results(kept + k, nullptr, static_cast<size_t>(ids[i + k]), 1);
  };
  reduce_lines<F>(values, ids.size(), width, Receiver<K>(to_row));
}

#define LACUNA_REDUCE(F, T)                                                           \
  template void reduce_csr<F, T>(const tensor::Csr&, const T*, const Reduced&, bool,  \
                                 const Receiver<KeptBy<F, T>>&, Scratch&);            \
  template void reduce_rows<F, T>(const tensor::RowSparse&, const T*, const Reduced&, \
                                  const Receiver<KeptBy<F, T>>&, Scratch&);
LACUNA_EACH_REDUCTION(LACUNA_REDUCE)
#undef LACUNA_REDUCE

}  // namespace lacuna::cpu
