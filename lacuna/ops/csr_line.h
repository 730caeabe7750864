// A csr matrix of one row or one column, laid over a larger one as broadcasting does.
#pragma once
#include <optional>

#include "lacuna/ops/ids.h"
#include "lacuna/ops/row_index.h"

namespace lacuna {

class CsrLine {
 public:
  // Uses places [place, place + 2) of the scratch.
  CsrLine(Scratch& scratch, size_t place, const tensor::Csr& x) : x_(x) {
    if (x.columns == 1) return;
    with_index(x, [&](auto indices, auto indptr) {
      first_ = static_cast<int64_t>(indptr[0]);
      const auto columns = scratch.get<int64_t>(place, x.nonzeros());
      std::ranges::copy(indices.subspan(static_cast<size_t>(first_), x.nonzeros()), columns.begin());
      index_.emplace(scratch, place + 1, columns);
    });
  }

  static bool is(const tensor::Csr& x) { return x.rows == 1 || x.columns == 1; }

  // The place of the entry that lies at row r, column c; -1 where there is none.
  int64_t operator()(size_t r, size_t c) const {
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
  const tensor::Csr& x_;
  int64_t first_ = 0;
  std::optional<RowIndex> index_{};
};

}  // namespace lacuna
