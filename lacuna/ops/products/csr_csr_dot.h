// The product of two csr matrices as csr, shared by dot, dot_t and dot_nt.
#pragma once
#include "lacuna/kernels/column_set.h"
#include "lacuna/kernels/csr_csr_dot.h"
#include "lacuna/kernels/transpose.h"
#include "lacuna/ops/parts/numbered.h"

namespace lacuna {

// c becomes (a.rows, columns). Uses places [place, place + 6) of the scratch.
template <class T>
void csr_csr_dot(const char* where, Scratch& scratch, size_t place, const kernels::CsrView<T>& a,
                 const Numbered<T>& b, Dim columns, tensor::Csr& c) {
  const size_t rows = a.rows;
  const auto before = scratch.get<int64_t>(place, rows + 1), counts = scratch.get<int64_t>(place + 1, rows);
  kernels::count_products(a.indptr, a.indices, rows, b.view.indptr, before.data());
  const kernels::ProductParts parts(before.data(), rows, b.columns, sizeof(T));
  const auto sets = scratch.zeros<uint64_t>(place + 2, parts.count() * kernels::ColumnSet::words(b.columns));
  const auto sums = scratch.zeros<T>(place + 3, parts.count() * b.columns);
  kernels::count_entries(parts, a.indptr, a.indices, b.view.indptr, b.view.indices, b.columns, sets.data(),
                         counts.data());

  int64_t entries = 0;
  for (const int64_t n : counts) entries += n;
  LACUNA_REQUIRE(entries < int64_t{1} << 31, where,
                 ": the result may hold up to 2^31 entries. Received: entries=", entries, ".");
  const bool wide = columns >= Dim{1} << 31;
  c.resize(static_cast<Dim>(rows), columns, static_cast<size_t>(entries), dtype_of<T>(),
           wide ? DType::int64 : DType::int32);
  // The kernel writes column numbers, which are then replaced by the columns that they stand for.
  const auto indptr = wide ? scratch.get<int32_t>(place + 4, rows + 1) : c.indptr.as<int32_t>();
  const auto numbers =
      wide ? scratch.get<int32_t>(place + 5, static_cast<size_t>(entries)) : c.indices.as<int32_t>();
  indptr[0] = 0;
  for (size_t r = 0; r < rows; ++r) indptr[r + 1] = indptr[r] + static_cast<int32_t>(counts[r]);
  kernels::csr_csr_dot(parts, a, b.view, b.columns, sets.data(), sums.data(), indptr.data(), numbers.data(),
                       c.values<T>().data());
  if (wide) {
    std::ranges::copy(indptr, c.indptr.as<int64_t>().begin());
    std::ranges::transform(numbers, c.indices.as<int64_t>().begin(),
                           [&](int32_t n) { return b.ids[static_cast<size_t>(n)]; });
  } else if (!b.ids.empty()) {
    std::ranges::transform(numbers, numbers.begin(),
                           [&](int32_t n) { return static_cast<int32_t>(b.ids[static_cast<size_t>(n)]); });
  }
}

// Aᵀ, whose rows are the columns of A. Uses places [place, place + 3).
template <class T>
kernels::CsrView<T> transposed(const char* where, Scratch& scratch, size_t place,
                               const kernels::CsrView<T>& a, size_t columns) {
  LACUNA_REQUIRE(
      columns < size_t{1} << 31, where,
      ": a csr matrix of up to 2^31 columns can be transposed, since each becomes a row. Received: columns=",
      columns, ".");
  const auto indptr = scratch.get<int32_t>(place, columns + 1),
             indices = scratch.get<int32_t>(place + 1, a.nonzeros());
  const auto data = scratch.get<T>(place + 2, a.nonzeros());
  kernels::transpose(a, columns, indptr.data(), indices.data(), data.data());
  return {columns, data.data(), indices.data(), indptr.data()};
}

}  // namespace lacuna
