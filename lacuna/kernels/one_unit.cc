// Scatters: no instruction set has a fast one, so the loops are scalar, and prefetch the values that they add
// to.
#include "lacuna/kernels/one_unit.h"

#include <cmath>
#include <vector>

#include "lacuna/kernels/long_sum.h"

namespace lacuna::kernels {
namespace {

constexpr int32_t kAhead = 16;  // Entries between a prefetch and its use: about a memory latency.

// Calls f(column, value · b[row]) for each entry.
template <class T, class Prefetch, class F>
void each_entry(const CsrView<T>& a, const T* b, const Prefetch& prefetch, const F& f) {
  const int32_t last = a.indptr[a.rows] - kAhead;
  for (size_t r = 0; r < a.rows; ++r) {
    const T x = b[r];
    const int32_t stop = a.indptr[r + 1];
    int32_t k = a.indptr[r];
    for (const int32_t safe = stop < last ? stop : last; k < safe; ++k) {
      prefetch(static_cast<size_t>(a.indices[k + kAhead]));
      f(static_cast<size_t>(a.indices[k]), a.data[k] * x);
    }
    for (; k < stop; ++k) f(static_cast<size_t>(a.indices[k]), a.data[k] * x);
  }
}

template <class T, class Sum>
void add(const CsrView<T>& a, const T* b, Sum* sums, bool names) {
  const auto prefetch = [](size_t) {};  // There are sums for few columns only: they are in a cache.
  if (names)
    each_entry(a, b, prefetch, [=](size_t c, T g) { sums[c] = (sums[c] + static_cast<Sum>(g)) + Sum(0); });
  else each_entry(a, b, prefetch, [=](size_t c, T g) { sums[c] += static_cast<Sum>(g); });
}

// Of the calling thread.
std::vector<double>& long_sums() {
  thread_local std::vector<double> sums;
  return sums;
}

// Sums of many floats are made in double. A -0.0 of a column without an entry stays, and no other sum becomes
// -0.0 by rounding.
void add_long(const CsrView<float>& a, const float* b, std::span<float> sums, bool names) {
  std::vector<double>& all = long_sums();
  all.assign(sums.begin(), sums.end());
  add(a, b, all.data(), names);
  for (size_t c = 0; c < sums.size(); ++c) {
    const bool untouched = all[c] == 0 && std::signbit(all[c]);
    if (!untouched) sums[c] = static_cast<float>(all[c]) + 0.0f;
  }
}

template <class T>
void descend(const CsrView<T>& a, const T* b, T rate, T* w, size_t stride) {
  each_entry(
      a, b, [=](size_t c) { __builtin_prefetch(w + c * stride, 1); },
      [=](size_t c, T g) { w[c * stride] -= rate * g; });
}

template <class T, class Sum>
size_t list(const CsrView<T>& a, const T* b, const ColumnNumbers& numbers, int64_t* ids, Sum* g) {
  size_t distinct = 0;
  each_entry(
      a, b, [&](size_t c) { __builtin_prefetch(numbers.first + c * numbers.stride, 1); },
      [&](size_t c, T x) {
        int32_t& held = numbers.first[c * numbers.stride];
        const auto number = static_cast<size_t>(static_cast<uint32_t>(held));
        if (number < distinct && static_cast<size_t>(ids[number]) == c) {
          g[number] += static_cast<Sum>(x);
        } else {
          held = static_cast<int32_t>(distinct);
          ids[distinct] = static_cast<int64_t>(c);
          g[distinct++] = static_cast<Sum>(x);
        }
      });
  return distinct;
}

size_t list_long(const CsrView<float>& a, const float* b, const ColumnNumbers& numbers, int64_t* ids,
                 float* g) {
  std::vector<double>& all = long_sums();
  all.resize(a.nonzeros());
  const size_t distinct = list(a, b, numbers, ids, all.data());
  for (size_t i = 0; i < distinct; ++i) g[i] = static_cast<float>(all[i]);
  return distinct;
}

}  // namespace

void reserve_one_unit(const CsrView<float>& a, size_t count) {
  if (a.rows >= kLongColumn) long_sums().reserve(count);
}
void reserve_one_unit(const CsrView<double>&, size_t) {}

void add_one_unit(const CsrView<float>& a, const float* b, std::span<float> sums, bool names) {
  if (a.rows >= kLongColumn) add_long(a, b, sums, names);
  else add(a, b, sums.data(), names);
}
void add_one_unit(const CsrView<double>& a, const double* b, std::span<double> sums, bool names) {
  add(a, b, sums.data(), names);
}
void descend_one_unit(const CsrView<float>& a, const float* b, float rate, float* w, size_t stride) {
  descend(a, b, rate, w, stride);
}
void descend_one_unit(const CsrView<double>& a, const double* b, double rate, double* w, size_t stride) {
  descend(a, b, rate, w, stride);
}
size_t list_one_unit(const CsrView<float>& a, const float* b, const ColumnNumbers& numbers, int64_t* ids,
                     float* g) {
  return a.rows >= kLongColumn ? list_long(a, b, numbers, ids, g) : list(a, b, numbers, ids, g);
}
size_t list_one_unit(const CsrView<double>& a, const double* b, const ColumnNumbers& numbers, int64_t* ids,
                     double* g) {
  return list(a, b, numbers, ids, g);
}

}  // namespace lacuna::kernels
