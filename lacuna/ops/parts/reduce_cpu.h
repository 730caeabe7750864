// Reductions on the CPU: sums and products are made in double, in an order that threads do not change.
#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <span>

#include "lacuna/base/threads.h"
#include "lacuna/graph/op.h"
#include "lacuna/ops/parts/broadcast.h"

namespace lacuna::cpu {

using Reduced = std::array<bool, kMaxRank>;  // For each dimension, whether it goes.

// How values meet. Kept: what they meet in; kFirst: of none; each: of one; of: of two. kZeros: whether an
// element that is not stored makes a difference.
struct SumOf {
  template <class T>
  using Kept = double;
  template <class T>
  static constexpr double kFirst = 0;
  static constexpr bool kZeros = false;
  static double each(double x) { return x; }
  static double of(double a, double b) { return a + b; }
};
struct SquaresOf : SumOf {
  static double each(double x) { return x * x; }
};
struct ProductOf {
  template <class T>
  using Kept = double;
  template <class T>
  static constexpr double kFirst = 1;
  static constexpr bool kZeros = true;
  static double each(double x) { return x; }
  static double of(double a, double b) { return a * b; }
};
struct NonzeroProductOf : ProductOf {
  static constexpr bool kZeros = false;
  static double each(double x) { return x == 0 ? 1 : x; }
};
template <bool kLargest>
struct ExtremeOf {  // NaN stays.
  template <class T>
  using Kept = T;
  template <class T>
  static constexpr T kFirst = kLargest ? -std::numeric_limits<T>::infinity()
                                       : std::numeric_limits<T>::infinity();
  static constexpr bool kZeros = true;
  template <class T>
  static T each(T x) {
    return x;
  }
  template <class T>
  static T of(T a, T b) {
    return (kLargest ? b > a : b < a) || b != b ? b : a;
  }
};

constexpr size_t kLine = 1024;  // Values that meet one after another; what more come to meets in pairs.

// Of n values in a row, in eight lanes.
template <class F, class K, class T, class Each>
K reduce_line(const T* x, size_t n, K first, const Each& each) {
  if (n > kLine) {
    const size_t half = n / 16 * 8;
    return F::of(reduce_line<F>(x, half, first, each), reduce_line<F>(x + half, n - half, first, each));
  }
  K lane[8];
  for (K& l : lane) l = first;
  size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (size_t j = 0; j < 8; ++j) lane[j] = F::of(lane[j], each(static_cast<K>(x[i + j])));
  for (size_t j = 0; i < n; ++i, ++j) lane[j] = F::of(lane[j], each(static_cast<K>(x[i])));
  for (size_t step = 4; step; step /= 2)
    for (size_t j = 0; j < step; ++j) lane[j] = F::of(lane[j], lane[j + step]);
  return lane[0];
}

// Of all values. Blocks of a fixed size, then the blocks.
template <class F, class K, class T, class Each>
K reduce_all(const T* x, size_t n, K first, const Each& each, Scratch& scratch, size_t place) {
  const auto parts = scratch.get<K>(place, (n + kGrain - 1) / kGrain);
  parallel_for(n, kGrain, [&](size_t begin, size_t end) {
    parts[begin / kGrain] = reduce_line<F>(x + begin, end - begin, first, each);
  });
  return reduce_line<F>(parts.data(), parts.size(), first, [](K v) { return v; });
}

constexpr size_t kColumns = 256;  // Added up on the stack, row after row.

template <class K>
using OnStack = K[kColumns];

// Of n rows of `columns` values, `step` apart, to kept.
template <class F, class K, class T, class Each>
void reduce_columns(const T* x, size_t n, size_t columns, size_t step, K first, const Each& each,
                    OnStack<K>& kept) {
  std::fill_n(kept, columns, first);
  for (size_t r = 0; r < n; ++r, x += step)
    for (size_t j = 0; j < columns; ++j) kept[j] = F::of(kept[j], each(static_cast<K>(x[j])));
}

// The same of any number of rows.
template <class F, class K, class T, class Each>
void reduce_long_columns(const T* x, size_t n, size_t columns, size_t step, K first, const Each& each,
                         OnStack<K>& kept) {
  if (n <= kLine) return reduce_columns<F>(x, n, columns, step, first, each, kept);
  OnStack<K> more;
  reduce_long_columns<F>(x, n / 2, columns, step, first, each, kept);
  reduce_long_columns<F>(x + n / 2 * step, n - n / 2, columns, step, first, each, more);
  for (size_t j = 0; j < columns; ++j) kept[j] = F::of(kept[j], more[j]);
}

// x as (outer, n, inner); the middle goes. finish(what it came to, place in y).
template <class F, class K, class T, class Y, class Each, class Finish>
void reduce_middle(const T* x, size_t outer, size_t n, size_t inner, K first, const Each& each,
                   const Finish& finish, Y* y, Scratch& scratch) {
  if (inner == 1 && outer == 1) {
    *y = finish(reduce_all<F>(x, n, first, each, scratch, 2), 0);
  } else if (inner == 1) {
    parallel_for(outer, std::max<size_t>(1, kGrain / (n + 1)), [&](size_t begin, size_t end) {
      for (size_t o = begin; o < end; ++o) y[o] = finish(reduce_line<F>(x + o * n, n, first, each), o);
    });
  } else {
    const size_t parts = (inner + kColumns - 1) / kColumns;
    parallel_for(outer * parts, std::max<size_t>(1, kGrain / (n * std::min(inner, kColumns) + 1)),
                 [&](size_t begin, size_t end) {
                   OnStack<K> kept;
                   for (size_t p = begin; p < end; ++p) {
                     const size_t o = p / parts, from = p % parts * kColumns;
                     const size_t columns = std::min(kColumns, inner - from);
                     const T* row = x + o * n * inner + from;
                     if (n <= kLine) reduce_columns<F>(row, n, columns, inner, first, each, kept);
                     else reduce_long_columns<F>(row, n, columns, inner, first, each, kept);
                     for (size_t j = 0; j < columns; ++j) {
                       const size_t place = o * inner + from + j;
                       y[place] = finish(kept[j], place);
                     }
                   }
                 });
  }
}

// Over any dimensions: neighbours that go, or stay, are taken together; then one group after the other goes,
// the last one first. finish(what an element of y came to, its place).
template <class F, class T, class Y, class Finish>
void reduce(const T* x, const Dims& dims, const Reduced& reduced, const Finish& finish, Y* y,
            Scratch& scratch) {
  using K = typename F::template Kept<T>;
  constexpr K kFirst = F::template kFirst<T>;
  const auto each = [](K v) { return F::each(v); };
  const auto as_is = [](K v, size_t = 0) { return v; };
  std::array<size_t, kMaxRank + 1> size{};
  std::array<bool, kMaxRank + 1> goes{};
  size_t groups = 0;
  for (size_t i = 0; i < dims.rank; ++i) {
    if (dims[i] == 1) continue;
    if (groups == 0 || goes[groups - 1] != reduced[i]) size[groups] = 1, goes[groups++] = reduced[i];
    size[groups - 1] *= dims[i];
  }
  size_t left = 0;
  for (size_t g = 0; g < groups; ++g) left += goes[g];
  if (left == 0) size[groups] = 1, goes[groups++] = true, left = 1;  // One element each.

  const K* between = nullptr;
  size_t inner = 1;  // What stays behind the group at hand.
  for (size_t g = groups; g-- > 0;) {
    if (!goes[g]) {
      inner *= size[g];
      continue;
    }
    size_t outer = 1;
    for (size_t i = 0; i < g; ++i) outer *= size[i];
    const auto step = [&](auto* to, const auto& by) {
      if (between) reduce_middle<F>(between, outer, size[g], inner, kFirst, as_is, by, to, scratch);
      else reduce_middle<F>(x, outer, size[g], inner, kFirst, each, by, to, scratch);
    };
    if (--left == 0) {
      step(y, finish);
      return;
    }
    K* to = scratch.get<K>(left % 2, outer * inner).data();
    step(to, as_is);
    between = to;
  }
}

// Plain sums: what an element comes to is what it is.
template <class T>
void sum(const T* x, const Dims& dims, const Reduced& reduced, T* y, Scratch& scratch) {
  reduce<SumOf>(
      x, dims, reduced, [](double v, size_t) { return static_cast<T>(v); }, y, scratch);
}

}  // namespace lacuna::cpu
