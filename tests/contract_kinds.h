// The kinds of tensors that the contract test must have tried on each row of a storage table. They are found
// by looking at the tensors that were fed.
#pragma once
#include <array>
#include <bitset>
#include <string>
#include <vector>

#include "lacuna/ops/parts/ids.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna {

enum class Kind : uint8_t {
  float32,
  float64,
  int32_ids,  // Of a dense operand.
  int64_ids,
  int32_indices,  // of csr
  int64_indices,
  no_rows,
  one_row,
  no_columns,  // Of csr, as all that follow.
  one_column,
  empty_row,
  no_entries,
  all_stored,
  stored_zeros,  // Only stored zeros.
  view,          // Of some rows of a larger matrix.
};
constexpr std::array kKinds{"float32",       "float64",    "int32 ids",  "int64 ids",    "int32 indices",
                            "int64 indices", "no rows",    "one row",    "no columns",   "one column",
                            "empty row",     "no entries", "all stored", "stored zeros", "view"};
using Kinds = std::bitset<kKinds.size()>;

inline std::string words(const Kinds& kinds) {
  std::string result;
  for (size_t k = 0; k < kKinds.size(); ++k)
    if (kinds[k]) result += text(result.empty() ? "" : ", ", kKinds[k]);
  return result;
}

inline bool only_zeros(const Tensor& x, size_t begin, size_t end) {
  return with_dtype(x.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto values = x.csr().values<T>().subspan(begin, end - begin);
    return std::ranges::all_of(values, [](T v) { return v == T(0); });
  });
}

inline Kinds kinds_of(const Tensor& x) {
  Kinds kinds;
  const auto set = [&](Kind kind, bool is = true) { kinds[static_cast<size_t>(kind)] = is; };
  set(Kind::float32, x.dtype() == DType::float32);
  set(Kind::float64, x.dtype() == DType::float64);
  set(Kind::int32_ids, x.dtype() == DType::int32 && x.storage() == Storage::dense);
  set(Kind::int64_ids, x.dtype() == DType::int64 && x.storage() == Storage::dense);
  if (x.storage() != Storage::row_table && !x.shape().empty()) {
    set(Kind::no_rows, x.rows() == 0);
    set(Kind::one_row, x.rows() == 1);
  }
  if (x.storage() != Storage::csr) return kinds;
  const tensor::Csr& a = x.csr();
  set(a.index == DType::int64 ? Kind::int64_indices : Kind::int32_indices);
  set(Kind::no_columns, a.columns == 0 && a.rows > 0);
  set(Kind::one_column, a.columns == 1 && a.nonzeros() > 0);
  set(Kind::no_entries, a.nonzeros() == 0 && a.rows > 0 && a.columns > 0);
  set(Kind::all_stored, a.nonzeros() > 0 && static_cast<Dim>(a.nonzeros()) == a.rows * a.columns);
  with_index(a, [&](auto, auto indptr) {
    const auto begin = static_cast<size_t>(indptr[0]), end = static_cast<size_t>(indptr.back());
    set(Kind::empty_row, begin < end && std::ranges::adjacent_find(indptr) != indptr.end());
    set(Kind::stored_zeros, begin < end && only_zeros(x, begin, end));
    set(Kind::view, begin > 0 && begin < end && a.indices.bytes() / size_of(a.index) > end);
  });
  return kinds;
}

// The kinds that an operand of a rule must be tried as.
inline Kinds kinds_for(Storage storage, const Shape& shape, DType dtype) {
  Kinds kinds;
  const auto set = [&](Kind from, Kind to) {
    for (auto k = static_cast<size_t>(from); k <= static_cast<size_t>(to); ++k) kinds[k] = true;
  };
  if (is_float(dtype)) set(Kind::float32, Kind::float64);
  else if (storage == Storage::dense && dtype != DType::string) set(Kind::int32_ids, Kind::int64_ids);
  if (!shape.empty() && shape[0] == None) set(Kind::no_rows, Kind::one_row);
  if (storage == Storage::csr)
    set(Kind::int32_indices, Kind::int64_indices), set(Kind::no_columns, Kind::view);
  return kinds;
}

}  // namespace lacuna
