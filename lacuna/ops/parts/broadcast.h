// NumPy's broadcasting: shapes aligned at their ends, dimensions equal or 1.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>

#include "lacuna/base/threads.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna {

inline constexpr size_t kMaxRank = 8;
inline constexpr size_t kGrain = 32768;  // Elements per block of parallel_for.

// A shape that needs no heap memory.
struct Dims {
  size_t rank = 0;
  std::array<size_t, kMaxRank> size{};

  size_t operator[](size_t i) const { return size[i]; }
  size_t back(size_t i) const {
    return i < rank ? size[rank - 1 - i] : 1;
  }  // Counted from the end; 1 beyond.
  size_t count() const;
  bool operator==(const Dims&) const = default;
};

Dims dims_of(const Shape& shape);
Dims dims_of(const Tensor& x);  // For a row_table, the first dimension is its readable rows.
// x with dimensions of 1 inserted at `axes`, which are positions in the result.
Dims expand(const Dims& x, const std::vector<int>& axes);
void resize(tensor::Dense& out, const Dims& dims, DType dtype);

// The broadcast shape while a graph is built: None with None or with 1 gives None, and along the first axis,
// the batch, with any number. Throws unless the shapes fit.
Shape broadcast(const char* where, const Spec& a, const Spec& b);
// Whether x can be broadcast to exactly the shape `to`.
bool broadcasts_to(const Shape& x, const Shape& to);
bool broadcasts_to(const Dims& x, const Dims& to);
// Whether x can be broadcast over the shape of a sparse tensor in one of the ways that Spread (below)
// supports.
bool spreads_over(const Shape& x, const Shape& sparse);

// The broadcast shape in a run, where all sizes are known. Throws unless the shapes fit.
Dims broadcast(const char* where, const Dims& a, const Dims& b);

// Walks a result and its two operands in lines of contiguous elements. Dimensions are merged where possible.
class Lines {
 public:
  Lines(const Dims& out, const Dims& a, const Dims& b);

  // The step from one element of a line to the next: 0 (repeated) or 1.
  size_t step_a() const { return a_[0]; }
  size_t step_b() const { return b_[0]; }

  // f(offset in the result, offset in a, offset in b, number of elements) for each line, in parallel.
  template <class F>
  void each(const F& f) const {
    const size_t n = size_[0];
    size_t lines = 1;
    for (size_t i = 1; i < rank_; ++i) lines *= size_[i];
    if (n == 0 || lines == 0) return;
    if (lines == 1) {
      parallel_for(n, kGrain,
                   [&](size_t begin, size_t end) { f(begin, begin * a_[0], begin * b_[0], end - begin); });
      return;
    }
    parallel_for(lines, std::max<size_t>(1, kGrain / n), [&](size_t begin, size_t end) {
      for (size_t line = begin; line < end; ++line) {
        size_t a = 0, b = 0;
        for (size_t i = 1, rest = line; i < rank_; rest /= size_[i++]) {
          a += rest % size_[i] * a_[i];
          b += rest % size_[i] * b_[i];
        }
        f(line * n, a, b, n);
      }
    });
  }

 private:
  size_t rank_ = 0;  // The innermost dimension comes first.
  std::array<size_t, kMaxRank> size_{}, a_{}, b_{};
};

// How a dense operand is broadcast over the rows and columns of a sparse one: its element for (r, c) is at r
// · row + c · column. All dimensions of the sparse tensor but the first count together as its columns.
struct Spread {
  size_t row = 0, column = 0;
  size_t operator()(size_t r, size_t c) const { return r * row + c * column; }
};
Spread spread(const char* where, const Dims& dense, const Dims& sparse);

}  // namespace lacuna
