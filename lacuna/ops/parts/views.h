// Views of tensors as kernels take them.
#pragma once
#include "lacuna/base/error.h"
#include "lacuna/kernels/csr_view.h"
#include "lacuna/tensor/row_table.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna {

template <class T>
kernels::CsrView<T> csr_view(const tensor::Csr& a, const char* where) {
  LACUNA_REQUIRE(a.index == DType::int32, where,
                 ": a csr matrix of 2^31 columns or more needs a weight with sparse_weight=True. "
                 "Received: ",
                 Tensor(a).spec(), ".");
  return {static_cast<size_t>(a.rows), a.values<T>().data(), a.indices.as<int32_t>().data(),
          a.indptr.as<int32_t>().data()};
}

// Rows of a weight, dense or row_table: row i starts at data + i * stride.
template <class T>
struct RowsView {
  const T* data;
  size_t rows, stride, width;
};

template <class T>
RowsView<T> rows_view(const Tensor& w) {
  if (w.storage() == Storage::row_table) {
    const RowTable& table = w.table();
    return {table.rows<T>(), table.readable(), table.stride(), table.width()};
  }
  const tensor::Dense& dense = w.dense();
  const auto rows = static_cast<size_t>(dense.shape[0]);
  size_t width = 1;
  for (size_t i = 1; i < dense.shape.size(); ++i) width *= static_cast<size_t>(dense.shape[i]);
  return {dense.values<T>().data(), rows, width, width};
}

}  // namespace lacuna
