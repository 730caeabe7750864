// csr matrices that are met by their columns, where a place for every column may cost more than the entries:
// the columns of one are numbered in their order, and others are brought to the same numbers.
#pragma once
#include <algorithm>
#include <optional>

#include "lacuna/kernels/column_set.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/parts/row_index.h"
#include "lacuna/ops/parts/views.h"

namespace lacuna {

constexpr Dim kDirectColumns = Dim{1} << 20;  // Up to so many, columns are their own numbers.
constexpr Dim kBitColumns = Dim{1} << 28;     // Up to so many, a bit for each orders them; else a sort.

template <class T>
struct Numbered {
  kernels::CsrView<T> view;        // Its indices are numbers, sorted in a row as the columns were.
  size_t columns;                  // Numbers are below.
  std::span<const int64_t> ids{};  // The columns that they stand for; none where a column is its number.
  std::optional<RowIndex> index{};
};

// For explain.
template <class T>
std::string_view method_of(const Numbered<T>& x) {
  return x.index ? "columns numbered" : "columns as they are";
}

// Indices and row pointers of a as int32, from the first entry on; `number(column)` is -1 where an entry is
// left out. Uses places [place, place + 3) of the scratch.
template <class T, class Number>
kernels::CsrView<T> renumbered(Scratch& scratch, size_t place, const tensor::Csr& a, const Number& number) {
  const auto rows = static_cast<size_t>(a.rows);
  const auto indices = scratch.get<int32_t>(place, a.nonzeros()),
             indptr = scratch.get<int32_t>(place + 1, rows + 1);
  const auto data = scratch.get<T>(place + 2, a.nonzeros());
  with_index(a, [&](auto from, auto starts) {
    size_t n = 0;
    indptr[0] = 0;
    for (size_t r = 0; r < rows; ++r) {
      for (auto k = static_cast<size_t>(starts[r]); k < static_cast<size_t>(starts[r + 1]); ++k) {
        const int32_t at = number(from[k]);
        indices[n] = at;
        data[n] = a.values<T>()[k];
        n += at >= 0;
      }
      indptr[r + 1] = static_cast<int32_t>(n);
    }
  });
  return {rows, data.data(), indices.data(), indptr.data()};
}

// Uses places [place, place + 6). `always`: however few columns there are.
template <class T>
Numbered<T> numbered(const char* where, Scratch& scratch, size_t place, const tensor::Csr& b,
                     bool always = false) {
  if (!always && b.columns <= kDirectColumns && b.index == DType::int32)
    return {csr_view<T>(b, where), static_cast<size_t>(b.columns)};
  const size_t entries = b.nonzeros();
  LACUNA_REQUIRE(entries < size_t{1} << 31, where,
                 ": a csr matrix may hold up to 2^31 entries. Received: entries=", entries, ".");
  auto ids = scratch.get<int64_t>(place, entries);
  with_index(b, [&](auto indices, auto indptr) {
    const auto columns = indices.subspan(static_cast<size_t>(indptr[0]), entries);
    if (b.columns <= kBitColumns) {
      const auto width = static_cast<size_t>(b.columns);
      kernels::ColumnSet met(scratch.zeros<uint64_t>(place + 5, kernels::ColumnSet::words(width)).data(),
                             width);
      for (const auto column : columns) met.insert(static_cast<size_t>(column));
      size_t n = 0;
      met.drain([&](size_t first, uint64_t bits) {
        for (; bits; bits &= bits - 1)
          ids[n++] = static_cast<int64_t>(first + kernels::ColumnSet::first(bits));
      });
      ids = ids.first(n);
    } else {
      std::ranges::copy(columns, ids.begin());
      std::ranges::sort(ids);
      ids = ids.first(static_cast<size_t>(std::unique(ids.begin(), ids.end()) - ids.begin()));
    }
  });
  const RowIndex index(scratch, place + 1, ids);
  const auto view = renumbered<T>(scratch, place + 2, b, [&](int64_t column) { return index[column]; });
  return {view, ids.size(), ids, index};
}

// Another matrix on the numbers of the first, without its entries in columns that the first does not name.
// Uses places [place, place + 3).
template <class T>
kernels::CsrView<T> on_numbers(const char* where, Scratch& scratch, size_t place, const tensor::Csr& a,
                               const Numbered<T>& like) {
  if (!like.index) return csr_view<T>(a, where);
  return renumbered<T>(scratch, place, a, [&](int64_t column) { return (*like.index)[column]; });
}

}  // namespace lacuna
