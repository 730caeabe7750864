// Storage to storage, the same values: dense to csr (stored are the entries that are not 0), dense to
// row_sparse (rows with an entry that is not 0), and back; csr to row_sparse and back.
#pragma once
#include "lacuna/tensor/tensor.h"

namespace lacuna {

tensor::Dense to_dense(const Tensor& a);  // Of a table: its slots in order, those that may be read.
tensor::Csr to_csr(const Tensor& a);
tensor::RowSparse to_row_sparse(const Tensor& a);

// Into a tensor that is used again.
void to_dense(const Tensor& a, tensor::Dense& out);
void to_csr(const Tensor& a, tensor::Csr& out);
void to_row_sparse(const Tensor& a, tensor::RowSparse& out);

void csr_to_dense(const tensor::Csr& a, tensor::Dense& out);
void dense_to_csr(const tensor::Dense& a, tensor::Csr& out);

// Another dtype, the same storage.
Tensor cast(const Tensor& a, DType dtype);

}  // namespace lacuna
