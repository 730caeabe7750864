// Renumbers the columns of csr matrices, since arrays with an item for every column may need more memory than
// the entries. The columns in which one matrix has entries are numbered in their order, and other matrices
// are brought to the same numbers.
#pragma once
#include <algorithm>
#include <optional>

#include "lacuna/kernels/column_set.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/parts/row_index.h"
#include "lacuna/ops/parts/views.h"

namespace lacuna {

constexpr Dim kDirectColumns = Dim{1} << 20;  // Up to so many columns, each is its own number.
constexpr Dim kBitColumns = Dim{1} << 28;     // Up to so many are ordered by a bitmap, more by sorting.

template <class T>
struct Numbered {
  kernels::CsrView<T> view;        // Its indices are numbers, in the order of the columns.
  size_t columns;                  // All numbers are below this.
  std::span<const int64_t> ids{};  // The column of each number; empty where they are equal.
  std::optional<RowIndex> index{};
};

// For Model.explain.
template <class T>
std::string_view method_of(const Numbered<T>& x) {
  return x.index ? "columns numbered" : "columns as they are";
}

// a with int32 indices, number(column) for each column, and row pointers that start at 0. Entries whose
// number is -1 are left out. Uses places [place, place + 3) of the scratch.
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

// Numbers the columns of b. Uses places [place, place + 6) of the scratch. `always`: even where b has few
// columns.
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

// a on the numbers of `like`; entries in columns that `like` does not number are left out. Uses places
// [place, place + 3) of the scratch.
template <class T>
kernels::CsrView<T> on_numbers(const char* where, Scratch& scratch, size_t place, const tensor::Csr& a,
                               const Numbered<T>& like) {
  if (!like.index) return csr_view<T>(a, where);
  return renumbered<T>(scratch, place, a, [&](int64_t column) { return (*like.index)[column]; });
}

}  // namespace lacuna
