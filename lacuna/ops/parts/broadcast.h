// NumPy's broadcasting: shapes aligned at their ends, dimensions equal or 1.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>

#include "lacuna/base/threads.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna {

inline constexpr size_t kMaxRank = 8;
inline constexpr size_t kGrain = 32768;  // Elements of a block.

// A shape that costs no memory of its own.
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
Dims dims_of(const Tensor& x);  // Of a table: its slots.
// Axes of 1 put in, so that x has the rank of `like`; axes count from the front.
Dims expand(const Dims& x, const std::vector<int>& axes);
void resize(tensor::Dense& out, const Dims& dims, DType dtype);

// Before the values are known: None with None or a number is None. Throws unless the shapes fit.
Shape broadcast(const char* where, const Spec& a, const Spec& b);
// Whether x can be broadcast to the shape of `to`, which stays as it is.
bool broadcasts_to(const Shape& x, const Shape& to);
bool broadcasts_to(const Dims& x, const Dims& to);
// Whether it can in the way that Spread below knows.
bool spreads_over(const Shape& x, const Shape& sparse);

// And when they are.
Dims broadcast(const char* where, const Dims& a, const Dims& b);

// Two operands walked along a result in lines of contiguous elements, with as few dimensions as there can be.
class Lines {
 public:
  Lines(const Dims& out, const Dims& a, const Dims& b);

  // From one element of a line to the next: 0 or 1.
  size_t step_a() const { return a_[0]; }
  size_t step_b() const { return b_[0]; }

  // f(place in the result, place in a, place in b, elements), in parallel.
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

// How a dense operand lies over rows and columns of a sparse one: element (r, c) at r row + c column. A
// sparse tensor of rank 3 or more has all dimensions but the first as its columns.
struct Spread {
  size_t row = 0, column = 0;
  size_t operator()(size_t r, size_t c) const { return r * row + c * column; }
};
Spread spread(const char* where, const Dims& dense, const Dims& sparse);

}  // namespace lacuna
