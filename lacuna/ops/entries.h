// The stored values of a tensor, whatever its storage: all of a dense one, the entries of csr, the rows of
// row_sparse.
#pragma once
#include <cstring>

#include "lacuna/ops/views.h"

namespace lacuna {

template <class T>
std::span<const T> entries(const Tensor& x) {
  switch (x.storage()) {
    case Storage::csr:
      return x.csr().values<T>();
    case Storage::row_sparse:
      return x.row_sparse().values<T>();
    default:
      return x.dense().values<T>();
  }
}

// Makes `out` a tensor with entries where x has them, for the values to be written.
template <class T>
std::span<T> entries_like(const Tensor& x, Tensor& out) {
  switch (x.storage()) {
    case Storage::csr:
      out.csr().resize_like(x.csr(), dtype_of<T>());
      return out.csr().values<T>();
    case Storage::row_sparse: {
      const tensor::RowSparse& from = x.row_sparse();
      tensor::RowSparse& to = out.row_sparse();
      to.dtype = dtype_of<T>();
      to.shape = from.shape;
      to.ids = Buffer::alias(from.ids);
      to.data.resize(from.values<T>().size_bytes());
      return to.values<T>();
    }
    default:
      out.dense().resize(x.dense().shape, dtype_of<T>());
      return out.dense().values<T>();
  }
}

inline bool same_bytes(const Buffer& a, const Buffer& b) {
  return a.bytes() == b.bytes() &&
         (a.data() == b.data() || !a.bytes() || !std::memcmp(a.data(), b.data(), a.bytes()));
}

// Whether two tensors of one storage have entries at the same places. At once where they share them.
inline bool same_entries(const Tensor& a, const Tensor& b) {
  if (a.storage() != b.storage()) return false;
  switch (a.storage()) {
    case Storage::csr:
      return a.csr().index == b.csr().index && a.csr().columns == b.csr().columns &&
             same_bytes(a.csr().indptr, b.csr().indptr) && same_bytes(a.csr().indices, b.csr().indices);
    case Storage::row_sparse:
      return a.row_sparse().width() == b.row_sparse().width() &&
             same_bytes(a.row_sparse().ids, b.row_sparse().ids);
    default:
      return a.dense().shape == b.dense().shape;
  }
}

// A sparse tensor row by row: entries [begin, end) stand in `row`.
struct EntryRow {
  size_t row, begin, end;
  const int32_t* columns;  // Null where all columns are stored.

  size_t column(size_t k) const { return columns ? static_cast<size_t>(columns[k]) : k - begin; }
};

class EntryRows {
 public:
  EntryRows(const char* where, const Tensor& x) {
    if (x.storage() == Storage::csr) {
      const auto view = csr_view<std::byte>(x.csr(), where);
      size_ = view.rows;
      entries_ = view.nonzeros();
      indices_ = view.indices;
      indptr_ = view.indptr;
    } else {
      const auto ids = x.row_sparse().row_ids();
      size_ = ids.size();
      ids_ = ids.data();
      width_ = x.row_sparse().width();
      entries_ = size_ * width_;
    }
  }

  size_t size() const { return size_; }
  size_t entries() const { return entries_; }
  EntryRow operator[](size_t i) const {
    if (ids_) return {static_cast<size_t>(ids_[i]), i * width_, (i + 1) * width_, nullptr};
    return {i, static_cast<size_t>(indptr_[i]), static_cast<size_t>(indptr_[i + 1]), indices_};
  }
  // Rows of a block of parallel_for.
  size_t grain() const {
    return std::max<size_t>(1, size_t{32768} * size_ / std::max<size_t>(1, entries_ + size_));
  }

 private:
  size_t size_ = 0, entries_ = 0, width_ = 0;
  const int64_t* ids_ = nullptr;
  const int32_t *indices_ = nullptr, *indptr_ = nullptr;
};

}  // namespace lacuna
