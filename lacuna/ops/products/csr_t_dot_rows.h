// Aᵀ B of a csr A as row_sparse, shared by dot_t and take_t.
#pragma once
#include <algorithm>

#include "lacuna/graph/op.h"
#include "lacuna/kernels/by_column.h"
#include "lacuna/kernels/csr_t_dot.h"
#include "lacuna/kernels/one_unit.h"
#include "lacuna/kernels/row_sums.h"
#include "lacuna/ops/products/by_column.h"

namespace lacuna {

// The caller must set g.shape. All indices of a must be below `columns`; the scratch holds a number for each.
template <class T>
void csr_t_dot_rows(Scratch& scratch, const kernels::CsrView<T>& a, size_t columns, const T* b, size_t units,
                    tensor::RowSparse& g) {
  const size_t nonzeros = a.nonzeros();
  const auto number = scratch.zeros<int32_t>(0, columns);
  if (units == 1) {
    g.resize(g.shape, nonzeros, dtype_of<T>());
    const size_t distinct =
        kernels::list_one_unit(a, b, {number.data(), 1}, g.row_ids().data(), g.values<T>().data());
    g.resize(g.shape, distinct, dtype_of<T>());  // Shrinks, which keeps the contents.
    for (const int64_t id : g.row_ids()) number[static_cast<size_t>(id)] = 0;
    return;
  }
  const auto ids = scratch.get<int64_t>(1, nonzeros);
  if (units >= static_cast<size_t>(kWideRows)) {
    const kernels::ByColumn<T> order{ids.data(), scratch.get<int32_t>(2, nonzeros + 1).data(),
                                     scratch.get<int32_t>(3, nonzeros).data(),
                                     scratch.get<T>(4, nonzeros).data()};
    const size_t distinct = kernels::by_column(a, number, scratch.get<int32_t>(8, nonzeros), order);
    g.resize(g.shape, distinct, dtype_of<T>());
    std::copy_n(ids.begin(), distinct, g.row_ids().begin());
    kernels::row_sums({order.start, order.row, order.value, b, units}, distinct, g.values<T>().data());
    return;
  }
  const size_t distinct = kernels::number_columns({a.indices + a.indptr[0], nonzeros}, number, ids);
  g.resize(g.shape, distinct, dtype_of<T>());
  std::copy_n(ids.begin(), distinct, g.row_ids().begin());
  kernels::csr_t_dot(a, b, units, number, distinct, g.values<T>().data());
  kernels::release_columns(g.row_ids(), number);
}

}  // namespace lacuna
