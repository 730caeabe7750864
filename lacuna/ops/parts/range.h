// Positions start, start + step, … before stop of an axis, as slice takes them.
#pragma once
#include <algorithm>

#include "lacuna/graph/op.h"
#include "lacuna/graph/rule.h"

namespace lacuna {

struct Range {
  size_t axis;
  int64_t start, stop, step;  // As given: start and stop may be negative or beyond the ends.

  struct Positions {
    int64_t first, count;
  };
  Positions of(int64_t size) const {
    const bool up = step > 0;
    const auto place = [size, up](int64_t p) {
      return std::clamp<int64_t>(p < 0 ? p + size : p, up ? 0 : -1, up ? size : size - 1);
    };
    const int64_t first = place(start), last = place(stop);
    if (up) return {first, last > first ? (last - first - 1) / step + 1 : 0};
    return {first, last < first ? (last - first + 1) / step + 1 : 0};
  }
};

struct RangeOp : Op {
  explicit RangeOp(const Range& r) : range(r) {}
  std::string key() const override {
    return text(name(), ' ', range.axis, ' ', range.start, ' ', range.stop, ' ', range.step);
  }
  Range range;
};

// The cost of a slice, dense or csr.
constexpr std::string_view slice_cost(const Rule& rule) {
  return rule.in[0] == Storage::csr ? "rows × log(non-zeros of a row) + non-zeros between start and stop"
                                    : "elements of the result";
}

namespace cpu {  // slice_cpu.cc
void slice_dense(const Range& range, const tensor::Dense& x, tensor::Dense& y);
void slice_csr(const Range& range, const tensor::Csr& x, tensor::Csr& y);
}  // namespace cpu

}  // namespace lacuna
