// Conversions between storages, with the same values: dense to csr (only entries that are not 0 are stored),
// dense to row_sparse (only rows with an entry that is not 0), and back; csr to row_sparse and back.
#pragma once
#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {

tensor::Dense to_dense(const Tensor& a);  // Of a table: its readable slots, in order.
tensor::Csr to_csr(const Tensor& a);
tensor::RowSparse to_row_sparse(const Tensor& a);

// The same into a tensor whose memory is reused.
void to_dense(const Tensor& a, tensor::Dense& out);
void to_csr(const Tensor& a, tensor::Csr& out);
void to_row_sparse(const Tensor& a, tensor::RowSparse& out);

void csr_to_dense(const tensor::Csr& a, tensor::Dense& out);
void dense_to_csr(const tensor::Dense& a, tensor::Csr& out);

// A copy with another dtype and the same storage. A table is shared, with its dtype.
Tensor cast(const Tensor& a, DType dtype);

}  // namespace lacuna
