// Reshapes a csr matrix: entry (r, c) moves to (p / columns, p mod columns), where p = r · columns of x + c.
#include "lacuna/ops/shape/reshape_csr.h"

#include <algorithm>
#include <cstring>

#include "lacuna/base/error.h"
#include "lacuna/ops/parts/ids.h"

namespace lacuna::cpu {
namespace {

template <class I, class J>
void move_entries(const tensor::Csr& x, std::span<const I> indices, std::span<const I> indptr,
                  tensor::Csr& y) {
  const auto starts = y.indptr.as<J>(), columns = y.indices.as<J>();
  size_t row = 0, n = 0;  // The row of y being filled, and entries so far.
  starts[0] = 0;
  for (size_t r = 0; r < static_cast<size_t>(x.rows); ++r)
    for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k, ++n) {
      const int64_t place = static_cast<int64_t>(r) * x.columns + static_cast<int64_t>(indices[k]);
      for (const auto to = static_cast<size_t>(place / y.columns); row < to;)
        starts[++row] = static_cast<J>(n);
      columns[n] = static_cast<J>(place % y.columns);
    }
  while (row < static_cast<size_t>(y.rows)) starts[++row] = static_cast<J>(n);
}

}  // namespace

void reshape_csr(const char* where, const tensor::Csr& x, Dim rows, Dim columns, tensor::Csr& y) {
  Dim values = 0, wanted = 0;
  LACUNA_REQUIRE(!__builtin_mul_overflow(x.rows, x.columns, &values) &&
                     !__builtin_mul_overflow(rows, columns, &wanted) && values == wanted,
                 where, ": the result must have as many values as x, fewer than 2^63. Received: x=",
                 Tensor(x).spec(), ", result=(", rows, ", ", columns, ").");
  LACUNA_REQUIRE(rows < Dim{1} << 31, where, ": a csr result may have up to 2^31 rows. Received: rows=", rows,
                 ".");
  const size_t entries = x.nonzeros(), item = size_of(x.dtype);
  y.resize(rows, columns, entries, x.dtype, columns < Dim{1} << 31 ? DType::int32 : DType::int64);
  with_index(x, [&](auto indices, auto indptr) {
    using I = typename decltype(indices)::value_type;
    if (entries)
      std::memcpy(y.data.data(), x.data.data() + static_cast<size_t>(indptr[0]) * item, entries * item);
    if (y.index == DType::int32) move_entries<I, int32_t>(x, indices, indptr, y);
    else move_entries<I, int64_t>(x, indices, indptr, y);
  });
}

}  // namespace lacuna::cpu
