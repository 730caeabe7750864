// Reductions of csr and row_sparse on the CPU: stored values are combined, the others only counted.
#pragma once
#include "lacuna/ops/parts/reduce_cpu.h"

namespace lacuna::cpu {

// Reduces csr. values: those of x, or other values at its entries. counts_missing: whether `results` is told
// how many elements are not stored.
template <class F, class T>
void reduce_csr(const tensor::Csr& x, const T* values, const Reduced& goes, bool counts_missing,
                const Receiver<KeptBy<F, T>>& results, Scratch& scratch);

// The same of row_sparse, of which the dimensions behind the first are all reduced or all kept. Rows that are
// kept and not stored give the result of no values.
template <class F, class T>
void reduce_rows(const tensor::RowSparse& x, const T* values, const Reduced& goes,
                 const Receiver<KeptBy<F, T>>& results, Scratch& scratch);

}  // namespace lacuna::cpu
