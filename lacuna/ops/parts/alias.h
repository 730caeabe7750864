// Lets a result share the memory of an input, or of its pattern.
#pragma once
#include "lacuna/tensor/tensor.h"

namespace lacuna {

inline void alias(const tensor::Dense& x, tensor::Dense& out) {
  out.dtype = x.dtype;
  out.shape = x.shape;
  out.data = Buffer::alias(x.data);
}

// The pattern of x with the values in `data`; both are shared.
inline void alias(const tensor::Csr& x, const Buffer& data, DType dtype, tensor::Csr& out) {
  out.dtype = dtype;
  out.rows = x.rows;
  out.columns = x.columns;
  out.index = x.index;
  out.data = Buffer::alias(data);
  out.indices = Buffer::alias(x.indices);
  out.indptr = Buffer::alias(x.indptr);
}

// Any storage but row_table.
inline void alias(const Tensor& x, Tensor& out) {
  if (x.storage() == Storage::dense) return alias(x.dense(), out.dense());
  if (x.storage() == Storage::csr) return alias(x.csr(), x.csr().data, x.csr().dtype, out.csr());
  const tensor::RowSparse& from = x.row_sparse();
  tensor::RowSparse& to = out.row_sparse();
  to.dtype = from.dtype;
  to.shape = from.shape;
  to.ids = Buffer::alias(from.ids);
  to.data = Buffer::alias(from.data);
}

}  // namespace lacuna
