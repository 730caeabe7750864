// A Tensor is a value that holds one of the storages; buffers are shared between copies.
#pragma once
#include <algorithm>
#include <initializer_list>
#include <memory>
#include <span>
#include <variant>

#include "lacuna/tensor/buffer.h"
#include "lacuna/tensor/spec.h"

namespace LACUNA_EXPORT lacuna {

class RowTable;

namespace tensor {  // Apart, so that Dense does not clash with layers::Dense.

// Any rank, row-major.
struct Dense {
  DType dtype = DType::float32;
  Shape shape{};
  Buffer data{};

  template <class T>
  std::span<const T> values() const {
    return data.as<T>();
  }
  template <class T>
  std::span<T> values() {
    return data.as<T>();
  }
  size_t size() const { return static_cast<size_t>(size_of(shape)); }
  void resize(std::initializer_list<Dim> new_shape, DType new_dtype);  // Contents are undefined.
  void resize(const Shape& new_shape, DType new_dtype);
  void resize_last(const Shape& new_shape, Dim last,
                   DType new_dtype);  // To new_shape with another last dimension.

  // To strings of so many bytes in all. The memory has room for these, too: returns where, for the views to
  // refer to.
  char* resize_strings(const Shape& new_shape, size_t bytes);

  // The same strings in memory of their own, since a view of them may live longer than who holds them.
  Dense copy_of_strings() const;

  // A copy of the values: tensor::Dense::of<float>({2, 3}, values).
  template <class T>
  static Dense of(Shape shape, std::span<const T> values);
};

// Rank 2, with scipy's names: row r holds data[k] at column indices[k] for k from indptr[r] up to indptr[r +
// 1]. Inside the graph indices are int32 (int64 only if there are 2^31 columns or more), sorted and unique in
// a row; stored zeros are allowed and count as touched. indptr has the type of indices and may start above 0
// (a view of some rows of a larger matrix).
struct Csr {
  DType dtype = DType::float32;
  Dim rows = 0, columns = 0;
  DType index = DType::int32;  // The type of indices and indptr: int32 or int64.
  Buffer data{}, indices{}, indptr{};

  template <class T>
  std::span<const T> values() const {
    return data.as<T>();
  }
  template <class T>
  std::span<T> values() {
    return data.as<T>();
  }
  size_t nonzeros() const;  // Stored entries.

  // Room for `nonzeros` entries; contents are undefined.
  void resize(Dim new_rows, Dim new_columns, size_t nonzeros, DType new_dtype,
              DType new_index = DType::int32);
  // The same pattern, shared with `other` (which must outlive this), with values of its own.
  void resize_like(const Csr& other, DType new_dtype);

  // Throws InvalidArgument or OutOfRange unless the row pointers do not decrease and fit the buffers, and the
  // columns are in range. Returns whether each row's columns are sorted and unique. `where` starts the
  // message.
  bool validate(const char* where) const;
};

// f(indices, indptr) as spans of int32 or int64.
template <class F>
void with_index(const Csr& a, F&& f) {
  if (a.index == DType::int64) f(a.indices.as<int64_t>(), a.indptr.as<int64_t>());
  else f(a.indices.as<int32_t>(), a.indptr.as<int32_t>());
}

// Row ids, unique and in any order, and their rows; all other rows are zero. Rank 2 or more.
struct RowSparse {
  DType dtype = DType::float32;
  Shape shape{};  // Of the whole tensor.
  Buffer ids{};   // int64
  Buffer data{};  // ids.size() × the size of a row

  std::span<const int64_t> row_ids() const { return ids.as<int64_t>(); }
  std::span<int64_t> row_ids() { return ids.as<int64_t>(); }
  template <class T>
  std::span<const T> values() const {
    return data.as<T>();
  }
  template <class T>
  std::span<T> values() {
    return data.as<T>();
  }
  size_t width() const;  // Values per row.
  void resize(const Shape& new_shape, size_t count, DType new_dtype);
};

}  // namespace tensor

class Tensor {
 public:
  using Table = std::shared_ptr<RowTable>;

  Tensor() = default;
  Tensor(tensor::Dense dense) : value_(std::move(dense)) {}
  Tensor(tensor::Csr csr) : value_(std::move(csr)) {}
  Tensor(tensor::RowSparse row_sparse) : value_(std::move(row_sparse)) {}
  explicit Tensor(Table table) : value_(std::move(table)) {}

  Storage storage() const { return static_cast<Storage>(value_.index()); }
  DType dtype() const;
  Shape shape() const;
  Spec spec() const { return {shape(), dtype(), storage()}; }
  Dim rows() const;  // The first dimension.

  const tensor::Dense& dense() const { return std::get<tensor::Dense>(value_); }
  const tensor::Csr& csr() const { return std::get<tensor::Csr>(value_); }
  const tensor::RowSparse& row_sparse() const { return std::get<tensor::RowSparse>(value_); }
  RowTable& table() const { return *std::get<Table>(value_); }
  tensor::Dense& dense() { return std::get<tensor::Dense>(value_); }
  tensor::Csr& csr() { return std::get<tensor::Csr>(value_); }
  tensor::RowSparse& row_sparse() { return std::get<tensor::RowSparse>(value_); }

  // An empty tensor of that storage, for a kernel to fill.
  static Tensor empty(const Spec& spec);

  size_t bytes() const;  // In memory; for a table with the optimizer states.
  Tensor copy() const;   // Own memory, nothing shared. A table is not copied: it is shared.

 private:
  std::variant<tensor::Dense, tensor::Csr, tensor::RowSparse, Table> value_{};
};

template <class T>
tensor::Dense tensor::Dense::of(Shape shape, std::span<const T> values) {
  LACUNA_REQUIRE(size_of(shape) == static_cast<Dim>(values.size()),
                 "Dense: values must fill the shape. Received: shape=", to_string(shape),
                 ", values=", values.size(), ".");
  Dense result;
  result.resize(shape, dtype_of<T>());
  std::copy(values.begin(), values.end(), result.template values<T>().begin());
  return result;
}

}  // namespace lacuna
