// Positions start, start + step, … below stop of an axis, as slice takes them.
#pragma once
#include <algorithm>

#include "lacuna/graph/op.h"

namespace lacuna {

struct Range {
  size_t axis;
  int64_t start, stop, step;  // As given: start and stop may be negative or beyond the end.

  struct Positions {
    int64_t first, count;
  };
  Positions of(int64_t size) const {
    const auto place = [size](int64_t p) { return std::clamp<int64_t>(p < 0 ? p + size : p, 0, size); };
    const int64_t first = place(start), last = place(stop);
    return {first, last > first ? (last - first - 1) / step + 1 : 0};
  }
};

struct RangeOp : Op {
  explicit RangeOp(const Range& r) : range(r) {}
  std::string key() const override {
    return text(name(), ' ', range.axis, ' ', range.start, ' ', range.stop, ' ', range.step);
  }
  Range range;
};

}  // namespace lacuna
