// Cuts rows into parts of about the same work, even if one row has most of the entries.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lacuna::kernels {

class RowCuts {
 public:
  // The work of row i is its number of entries, start[i + 1] - start[i] (0 if start is null), plus `more`; a
  // part has about `grain` work.
  RowCuts(const int32_t* start, size_t rows, size_t more, size_t grain)
      : start_(start), rows_(rows), more_(more), grain_(grain ? grain : 1) {}

  size_t parts() const { return (before(rows_) + grain_ - 1) / grain_; }

  // The first row of a part; its end is the first row of the next.
  size_t first(size_t part) const {
    size_t low = 0, high = rows_;
    while (low < high) {
      const size_t middle = (low + high) / 2;
      if (before(middle) < part * grain_) low = middle + 1;
      else high = middle;
    }
    return low;
  }

 private:
  size_t before(size_t row) const { return row * more_ + (start_ ? static_cast<size_t>(start_[row]) : 0); }

  const int32_t* start_;
  size_t rows_, more_, grain_;
};

}  // namespace lacuna::kernels
