// Reductions on the CPU. Sums and products are computed in double, in an order that does not depend on
// threads. The loops are compiled once, in reduce_cpu.cc, and not for each op that uses them.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "lacuna/graph/op.h"
#include "lacuna/ops/parts/broadcast.h"

namespace lacuna::cpu {

using Reduced = std::array<bool, kMaxRank>;  // For each dimension, whether it is reduced.

// How values are combined. Kept: the type of the result; kFirst: the result of no values; each: what is taken
// of one value; of: two results combined; Again: how results are combined further. kZeros: whether elements
// that are not stored count.
struct SumOf {
  template <class T>
  using Kept = double;
  using Again = SumOf;
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
  using Again = ProductOf;
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
struct ExtremeOf {  // A NaN among the values is the result.
  template <class T>
  using Kept = T;
  using Again = ExtremeOf;
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

// Of int64. What overflows wraps round, as NumPy's does.
struct IntegersOf {
  template <class T>
  using Kept = int64_t;
  static int64_t each(int64_t x) { return x; }
};
struct IntegerSumOf : IntegersOf {
  using Again = IntegerSumOf;
  template <class T>
  static constexpr int64_t kFirst = 0;
  static constexpr bool kZeros = false;
  static int64_t of(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  }
};
struct IntegerProductOf : IntegersOf {
  using Again = IntegerProductOf;
  template <class T>
  static constexpr int64_t kFirst = 1;
  static constexpr bool kZeros = true;
  static int64_t of(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  }
};
template <bool kLargest>
struct IntegerExtremeOf : IntegersOf {
  using Again = IntegerExtremeOf;
  template <class T>
  static constexpr int64_t kFirst = kLargest ? std::numeric_limits<int64_t>::min()
                                             : std::numeric_limits<int64_t>::max();
  static constexpr bool kZeros = true;
  static int64_t of(int64_t a, int64_t b) { return kLargest ? std::max(a, b) : std::min(a, b); }
};

constexpr size_t kResults = 256;  // The most results that are handed over at a time.

// Receives results as they become known, in blocks and on any thread: result(values, missing, place, n),
// where values[i] is the result at place + i, and missing[i] says how many of its elements are not stored
// (null: none). It refers to a function object that must outlive it.
template <class K>
class Receiver {
 public:
  template <class Body>
  Receiver(const Body& body)  // NOLINT(google-explicit-constructor): made from a lambda at the call.
      : body_(&body),
        call_([](const void* b, const K* values, const size_t* missing, size_t place, size_t n) {
          (*static_cast<const Body*>(b))(values, missing, place, n);
        }) {}
  void operator()(const K* values, const size_t* missing, size_t place, size_t n) const {
    call_(body_, values, missing, place, n);
  }

 private:
  const void* body_;
  void (*call_)(const void*, const K*, const size_t*, size_t, size_t);
};

// Writes finish(result, how many elements are not stored, place) to y[place].
template <class Y, class Finish>
auto results_to(Y* y, const Finish& finish) {
  return [=](const auto* values, const size_t* missing, size_t place, size_t n) {
    for (size_t i = 0; i < n; ++i) y[place + i] = finish(values[i], missing ? missing[i] : 0, place + i);
  };
}

// All ways to combine values, each with the types that it is compiled for.
#define LACUNA_EACH_REDUCTION(X)     \
  X(SumOf, float)                    \
  X(SumOf, double)                   \
  X(SquaresOf, float)                \
  X(SquaresOf, double)               \
  X(ProductOf, float)                \
  X(ProductOf, double)               \
  X(NonzeroProductOf, float)         \
  X(NonzeroProductOf, double)        \
  X(ExtremeOf<true>, float)          \
  X(ExtremeOf<true>, double)         \
  X(ExtremeOf<false>, float)         \
  X(ExtremeOf<false>, double)        \
  X(IntegerSumOf, int64_t)           \
  X(IntegerProductOf, int64_t)       \
  X(IntegerExtremeOf<true>, int64_t) \
  X(IntegerExtremeOf<false>, int64_t)

template <class F, class T>
using KeptBy = typename F::template Kept<T>;

// One result of n values.
template <class F, class T>
KeptBy<F, T> reduce_all(const T* x, size_t n, Scratch& scratch, size_t scratch_place);

// One result for each of `lines` lines of n values, which lie one after another.
template <class F, class T>
void reduce_lines(const T* x, size_t lines, size_t n, const Receiver<KeptBy<F, T>>& results);

// Reduces any dimensions. Places 0 to 2 of the scratch are used.
template <class F, class T>
void reduce(const T* x, const Dims& dims, const Reduced& reduced, const Receiver<KeptBy<F, T>>& results,
            Scratch& scratch);

}  // namespace lacuna::cpu
