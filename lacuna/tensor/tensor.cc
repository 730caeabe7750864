// Sizes, copies and checks of the storages.
#include "lacuna/tensor/tensor.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "lacuna/base/threads.h"
#include "lacuna/kernels/scan_columns.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace tensor {

namespace {

size_t bytes_of(const Dense& a) {
  const size_t most = size_t{1} << 59, size = a.size();
  LACUNA_REQUIRE(size < most,
                 "Dense: a dense tensor must fit in memory. Received: shape=", to_string(a.shape), " ",
                 a.dtype, ".");
  return size * size_of(a.dtype);
}

}  // namespace

void Dense::resize(std::initializer_list<Dim> new_shape, DType new_dtype) {
  shape.assign(new_shape);
  dtype = new_dtype;
  data.resize(bytes_of(*this));
}

void Dense::resize(const Shape& new_shape, DType new_dtype) {
  shape = new_shape;
  dtype = new_dtype;
  data.resize(bytes_of(*this));
}

char* Dense::resize_strings(const Shape& new_shape, size_t bytes) {
  shape = new_shape;
  dtype = DType::string;
  const size_t views = bytes_of(*this);
  data.resize(views + bytes);
  data.resize(views);  // What is behind them stays.
  return reinterpret_cast<char*>(data.data() + views);
}

void Dense::resize_last(const Shape& new_shape, Dim last, DType new_dtype) {
  shape = new_shape;
  shape.back() = last;
  dtype = new_dtype;
  data.resize(bytes_of(*this));
}

size_t Csr::nonzeros() const {
  if (rows == 0) return 0;
  return with_dtype(index, [&](auto tag) {
    const auto p = indptr.as<typename decltype(tag)::type>();
    return static_cast<size_t>(p[static_cast<size_t>(rows)] - p[0]);
  });
}

void Csr::resize(Dim new_rows, Dim new_columns, size_t nonzeros, DType new_dtype, DType new_index) {
  rows = new_rows;
  columns = new_columns;
  dtype = new_dtype;
  index = new_index;
  data.resize(nonzeros * size_of(dtype));
  indices.resize(nonzeros * size_of(index));
  indptr.resize((static_cast<size_t>(rows) + 1) * size_of(index));
}

void Csr::resize_like(const Csr& other, DType new_dtype) {
  rows = other.rows;
  columns = other.columns;
  dtype = new_dtype;
  index = other.index;
  data.resize(other.data.bytes() / size_of(other.dtype) * size_of(dtype));
  indices = Buffer::alias(other.indices);
  indptr = Buffer::alias(other.indptr);
}

namespace {

// Another thread may write the arrays meanwhile: what is used as an index is bounded by values read before.
template <class I>
bool validate_parts(const Csr& a, const char* where) {
  const auto indptr = a.indptr.as<I>();
  const auto indices = a.indices.as<I>();
  const auto rows = static_cast<size_t>(a.rows);
  LACUNA_REQUIRE(a.rows >= 0 && a.columns >= 0, where, ": the shape must not be negative. Received: shape=(",
                 a.rows, ", ", a.columns, ").");
  LACUNA_REQUIRE(indptr.size() == rows + 1, where,
                 ": indptr must have one place more than there are rows. Received: len(indptr)=",
                 indptr.size(), ", rows=", rows, ".");
  LACUNA_REQUIRE(indptr[0] >= 0, where, ": indptr must not be negative. Received: indptr[0]=", indptr[0],
                 ".");
  for (size_t r = 0; r < rows; ++r)
    LACUNA_REQUIRE(indptr[r] <= indptr[r + 1], where, ": indptr must not decrease. Received: indptr[", r,
                   "]=", indptr[r], ", indptr[", r + 1, "]=", indptr[r + 1], ".");
  const auto begin = static_cast<size_t>(indptr[0]), end = static_cast<size_t>(indptr[rows]);
  const size_t held = std::min(indices.size(), a.data.bytes() / size_of(a.dtype));
  LACUNA_REQUIRE(begin <= end && end <= held, where,
                 ": data and indices must have indptr[-1] places. Received: len(data)=",
                 a.data.bytes() / size_of(a.dtype), ", len(indices)=", indices.size(), ", indptr[-1]=", end,
                 ".");

  // One pass over all entries finds the largest column and counts the entries whose next one is not larger.
  // Each row but the last may have one at its end; any other breaks the order.
  const size_t nonzeros = end - begin;
  constexpr size_t kBlock = size_t{1} << 20;
  std::vector<kernels::ColumnScan> blocks((nonzeros + kBlock - 1) / kBlock);
  parallel_for(nonzeros, kBlock, [&](size_t from, size_t to) {
    blocks[from / kBlock] = kernels::scan_columns(indices.data() + begin + from, to - from, to < nonzeros);
  });
  uint64_t top = 0;
  size_t down = 0;
  for (const auto& block : blocks) top = std::max(top, block.largest), down += block.descents;
  // As unsigned, a negative int32 is 2^31 or more: it is out of range even if there are more columns.
  const uint64_t limit =
      std::min(static_cast<uint64_t>(a.columns), uint64_t{std::numeric_limits<I>::max()} + 1);
  if (nonzeros && top >= limit)
    for (size_t r = 0; r < rows; ++r)
      for (auto k = static_cast<size_t>(indptr[r]); k < std::min(end, static_cast<size_t>(indptr[r + 1]));
           ++k)
        LACUNA_REQUIRE_RANGE(indices[k] >= 0 && static_cast<Dim>(indices[k]) < a.columns, where,
                             ": a column must be within the shape. Received: indices[", k, "]=", indices[k],
                             " in row ", r, ", shape=(", a.rows, ", ", a.columns, ").");
  for (size_t r = 0; r + 1 <= rows && down; ++r) {
    const auto k = static_cast<size_t>(indptr[r]);  // Only the boundary between two entries counts, once.
    if (k > begin && k < end && indptr[r] != indptr[r + 1] && indices[k - 1] >= indices[k]) --down;
  }
  return down == 0;
}

}  // namespace

bool Csr::validate(const char* where) const {
  return index == DType::int64 ? validate_parts<int64_t>(*this, where)
                               : validate_parts<int32_t>(*this, where);
}

size_t RowSparse::width() const {
  size_t width = 1;
  for (size_t i = 1; i < shape.size(); ++i) width *= static_cast<size_t>(shape[i]);
  return width;
}

void RowSparse::resize(const Shape& new_shape, size_t count, DType new_dtype) {
  shape = new_shape;
  dtype = new_dtype;
  ids.resize(count * sizeof(int64_t));
  data.resize(count * width() * size_of(dtype));
}

}  // namespace tensor

DType Tensor::dtype() const {
  switch (storage()) {
    case Storage::dense:
      return dense().dtype;
    case Storage::csr:
      return csr().dtype;
    case Storage::row_sparse:
      return row_sparse().dtype;
    case Storage::row_table:
      break;
  }
  return table().dtype();
}

Shape Tensor::shape() const {
  switch (storage()) {
    case Storage::dense:
      return dense().shape;
    case Storage::csr:
      return {csr().rows, csr().columns};
    case Storage::row_sparse:
      return row_sparse().shape;
    case Storage::row_table:
      break;
  }
  return table().shape();
}

Dim Tensor::rows() const {
  if (storage() == Storage::csr) return csr().rows;
  const Shape s = shape();
  return s.empty() ? 1 : s[0];
}

Tensor Tensor::empty(const Spec& spec) {
  switch (spec.storage) {
    case Storage::dense:
      return tensor::Dense{.dtype = spec.dtype};
    case Storage::csr:
      return tensor::Csr{.dtype = spec.dtype};
    case Storage::row_sparse:
      return tensor::RowSparse{.dtype = spec.dtype};
    case Storage::row_table:
      break;
  }
  return Tensor();  // A table is a weight, never a result.
}

size_t Tensor::bytes() const {
  switch (storage()) {
    case Storage::dense:
      return dense().data.bytes();
    case Storage::csr:
      return csr().data.bytes() + csr().indices.bytes() + csr().indptr.bytes();
    case Storage::row_sparse:
      return row_sparse().ids.bytes() + row_sparse().data.bytes();
    case Storage::row_table:
      return table().bytes();
  }
  return 0;
}

tensor::Dense tensor::Dense::copy_of_strings() const {
  const auto given = values<std::string_view>();
  size_t bytes = 0;
  for (const std::string_view text : given) bytes += text.size();
  Dense result;
  char* to = result.resize_strings(shape, bytes);
  std::ranges::transform(given, result.values<std::string_view>().begin(), [&](std::string_view text) {
    std::ranges::copy(text, to);
    return std::string_view(std::exchange(to, to + text.size()), text.size());
  });
  return result;
}

Tensor Tensor::copy() const {
  Tensor result = *this;
  switch (storage()) {
    case Storage::dense:
      if (dtype() == DType::string) result.dense() = dense().copy_of_strings();
      else result.dense().data = dense().data.copy();
      break;
    case Storage::csr:
      result.csr().data = csr().data.copy();
      result.csr().indices = csr().indices.copy();
      result.csr().indptr = csr().indptr.copy();
      break;
    case Storage::row_sparse:
      result.row_sparse().ids = row_sparse().ids.copy();
      result.row_sparse().data = row_sparse().data.copy();
      break;
    case Storage::row_table:
      break;
  }
  return result;
}

}  // namespace lacuna
