// Looks up entries of a csr matrix of one row or one column as if it were broadcast to a larger matrix. A row
// of up to 2^20 columns uses an array with an item for each column, a longer one a hash table.
#pragma once
#include <optional>

#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/parts/row_index.h"

namespace lacuna {

class CsrLine {
 public:
  // Uses places [place, place + 3) of the scratch.
  CsrLine(Scratch& scratch, size_t place, const tensor::Csr& x) : x_(x) {
    if (x.columns == 1) return;
    with_index(x, [&](auto indices, auto indptr) {
      first_ = static_cast<int64_t>(indptr[0]);
      if (x.columns <= kPlaces) {
        places_ = scratch.zeros<int32_t>(place + 2, static_cast<size_t>(x.columns));
        for (size_t k = 0; k < x.nonzeros(); ++k)
          places_[static_cast<size_t>(indices[static_cast<size_t>(first_) + k])] =
              static_cast<int32_t>(k + 1);
        return;
      }
      const auto columns = scratch.get<int64_t>(place, x.nonzeros());
      std::ranges::copy(indices.subspan(static_cast<size_t>(first_), x.nonzeros()), columns.begin());
      index_.emplace(scratch, place + 1, columns);
    });
  }

  CsrLine(const CsrLine&) = delete;
  CsrLine& operator=(const CsrLine&) = delete;
  ~CsrLine() {  // Clears the array, as Scratch::zeros requires.
    if (places_.empty()) return;
    with_index(x_, [&](auto indices, auto) {
      for (const auto c : indices.subspan(static_cast<size_t>(first_), x_.nonzeros()))
        places_[static_cast<size_t>(c)] = 0;
    });
  }

  static bool is(const tensor::Csr& x) { return x.rows == 1 || x.columns == 1; }

  // The position of the entry for row r, column c; -1 where there is none.
  int64_t operator()(size_t r, size_t c) const {
    if (!places_.empty()) {
      const int32_t at = places_[c];
      return at ? first_ + at - 1 : -1;
    }
    if (index_) {
      const int32_t at = (*index_)[static_cast<int64_t>(c)];
      return at < 0 ? -1 : first_ + at;
    }
    int64_t begin = 0, end = 0;
    with_index(x_, [&](auto, auto indptr) {
      const size_t row = x_.rows == 1 ? 0 : r;
      begin = static_cast<int64_t>(indptr[row]), end = static_cast<int64_t>(indptr[row + 1]);
    });
    return begin < end ? begin : -1;
  }

 private:
  static constexpr Dim kPlaces = Dim{1} << 20;
  const tensor::Csr& x_;
  int64_t first_ = 0;
  std::span<int32_t> places_{};  // For each column: 1 + the position of its entry, or 0.
  std::optional<RowIndex> index_{};
};

}  // namespace lacuna
