// Aᵀ B of a csr A, row_sparse: what dot_t and take_t have in common.
#pragma once
#include <algorithm>

#include "lacuna/graph/op.h"
#include "lacuna/kernels/csr_t_dot.h"

namespace lacuna {

// g.shape is set by the caller. `columns`: all indices of a are below it; a number is held for each.
template <class T>
void csr_t_dot_rows(Scratch& scratch, const kernels::CsrView<T>& a, size_t columns, const T* b, size_t units,
                    tensor::RowSparse& g) {
  const size_t nonzeros = a.nonzeros();
  const auto number = scratch.zeros<int32_t>(0, columns);
  if (units == 1) {
    g.resize(g.shape, nonzeros, dtype_of<T>());
    const size_t distinct = kernels::csr_t_dot_one(a, b, number, g.row_ids().data(), g.values<T>().data());
    g.resize(g.shape, distinct, dtype_of<T>());  // Smaller: the contents stay.
    kernels::release_columns(g.row_ids(), number);
    return;
  }
  const auto ids = scratch.get<int64_t>(1, nonzeros);
  const size_t distinct = kernels::number_columns({a.indices, nonzeros}, number, ids);
  g.resize(g.shape, distinct, dtype_of<T>());
  std::copy_n(ids.begin(), distinct, g.row_ids().begin());
  kernels::ByColumn<T> order{};
  if (kernels::csr_t_dot_is_wide(units))
    order = {scratch.get<int32_t>(2, distinct + 1), scratch.get<int32_t>(3, nonzeros),
             scratch.get<T>(4, nonzeros)};
  kernels::csr_t_dot(a, b, units, number, distinct, order, g.values<T>().data());
  kernels::release_columns(g.row_ids(), number);
}

}  // namespace lacuna
