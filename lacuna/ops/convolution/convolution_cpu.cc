// Convolution on the CPU: products of matrices. A chunk of outputs has its patches (outputs, taps · channels)
// in scratch memory: what the window sees at each output, one row after another. The chunks depend on the
// sizes alone and follow one another, so sums have one order. A depthwise kernel is applied directly.
#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/kernels/matmul.h"
#include "lacuna/kernels/transpose.h"
#include "lacuna/ops/convolution/convolution_op.h"
#include "lacuna/ops/parts/broadcast.h"

namespace lacuna {
namespace {

// Sizes of a run: of x, of its windows and of y.
struct Sizes : Walk {
  size_t channels, filters;
  size_t outputs() const { return batch * out(); }
  size_t patch() const { return taps() * channels; }  // The values under a window.
};

// Calls f(first output, outputs) for each chunk, in order: several whole samples, or a part of one.
template <class F>
void each_chunk(const Sizes& s, const F& f) {
  constexpr size_t kChunk = size_t{1} << 18, kLeast = 64;  // Values of the patches; outputs.
  const size_t most = std::max(kLeast, kChunk / (s.patch() + 1)), all = s.outputs();
  if (all == 0) return;
  const size_t group = most >= s.out() ? most / s.out() * s.out() : s.out(), step = std::min(most, group);
  for (size_t first = 0; first < all; first += group) {
    const size_t stop = std::min(all, first + group);
    for (size_t p = first; p < stop; p += step) f(p, std::min(step, stop - p));
  }
}

// The patches of n outputs from p on.
template <class T>
const T* patches(const Sizes& s, size_t p, size_t n, const T* x, Scratch& scratch) {
  const size_t c = s.channels, width = s.patch();
  if (s.is_pointwise()) return x + p * c;
  T* to = scratch.get<T>(0, n * width).data();
  parallel_for(n, std::max<size_t>(1, kGrain / (width + 1)), [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i)
      s.each_tap<true>(p + i, [&, row = to + i * width](size_t tap, size_t place) {
        if (place == Walk::kPadding) std::fill_n(row + tap * c, c, T(0));
        else std::copy_n(x + place * c, c, row + tap * c);
      });
  });
  return to;
}

// Adds the patches of n outputs from p on to the places of x that they came from. Windows overlap only within
// a sample.
template <class T>
void add_patches(const Sizes& s, size_t p, size_t n, const T* from, T* x) {
  const size_t c = s.channels, width = s.patch(), first = p / s.out(), last = (p + n - 1) / s.out();
  parallel_for(last + 1 - first, 1, [&](size_t begin, size_t end) {
    const size_t start = std::max(p, (first + begin) * s.out()),
                 stop = std::min(p + n, (first + end) * s.out());
    for (size_t i = start; i < stop; ++i)
      s.each_tap(i, [&, row = from + (i - p) * width](size_t tap, size_t place) {
        T* to = x + place * c;
        for (size_t j = 0; j < c; ++j) to[j] += row[tap * c + j];
      });
  });
}

// Calls f(value of x, of the kernel, of y) for each product of a depthwise convolution: for the outputs from
// first to last, and for their filters from begin to end.
template <class X, class K, class Y, class F>
void each_product(const Sizes& s, size_t first, size_t last, size_t begin, size_t end, X* x, K* kernel, Y* y,
                  const F& f) {
  const size_t c = s.channels, n = s.filters, m = c ? n / c : 0;
  for (size_t p = first; p < last; ++p)
    s.each_tap(p, [&, to = y + p * n](size_t tap, size_t place) {
      X* from = x + place * c;
      K* w = kernel + tap * n;
      if (m == 1)  // SIMD cannot divide.
        for (size_t j = begin; j < end; ++j) f(from[j], w[j], to[j]);
      else
        for (size_t j = begin; j < end; ++j) f(from[j / m], w[j], to[j]);
    });
}

template <class T>
void depthwise(Convolving::Part made, const Sizes& s, const T* x, const T* kernel, const T* y, T* to,
               Scratch& scratch) {
  const size_t n = s.filters, size = s.taps() * n, grain = std::max<size_t>(1, kGrain / (size + 1));
  if (made == Convolving::kY)
    return parallel_for(s.outputs(), grain, [&](size_t first, size_t last) {
      std::fill(to + first * n, to + last * n, T(0));
      each_product(s, first, last, 0, n, x, kernel, to, [](T of_x, T w, T& sum) { sum += of_x * w; });
    });
  if (made == Convolving::kX)
    return parallel_for(s.batch, 1, [&](size_t first, size_t last) {
      std::fill(to + first * s.in() * s.channels, to + last * s.in() * s.channels, T(0));
      each_product(s, first * s.out(), last * s.out(), 0, n, to, kernel, y,
                   [](T& sum, T w, T of_y) { sum += of_y * w; });
    });
  double* sums = scratch.get<double>(0, size).data();
  std::fill_n(sums, size, 0.0);
  parallel_for(n, 16, [&](size_t begin, size_t end) {  // Each filter is summed in the order of the outputs.
    each_product(s, 0, s.outputs(), begin, end, x, sums, y, [](T of_x, double& sum, T of_y) {
      sum += static_cast<double>(of_x) * static_cast<double>(of_y);
    });
  });
  std::transform(sums, sums + size, to, [](double sum) { return static_cast<T>(sum); });
}

template <class T>
void by_matrices(Convolving::Part made, const Sizes& s, const T* x, const T* kernel, const T* y, T* to,
                 Scratch& scratch) {
  const size_t n = s.filters, width = s.patch();
  if (made != Convolving::kX) {
    if (made == Convolving::kKernel) std::fill_n(to, width * n, T(0));
    return each_chunk(s, [&](size_t p, size_t rows) {
      const T* seen = patches(s, p, rows, x, scratch);
      if (made == Convolving::kY)
        kernels::matmul(false, false, rows, n, width, seen, width, kernel, n, to + p * n);
      else kernels::add_matmul(true, false, width, n, rows, seen, width, y + p * n, n, to);
    });
  }
  const bool direct = s.is_pointwise();
  if (!direct) std::fill_n(to, s.batch * s.in() * s.channels, T(0));
  T* turned = scratch.get<T>(1, width * n).data();  // BLIS is faster on it.
  kernels::transpose(kernel, width, n, turned);
  each_chunk(s, [&](size_t p, size_t rows) {
    T* seen = direct ? to + p * width : scratch.get<T>(0, rows * width).data();
    kernels::matmul(false, false, rows, width, n, y + p * n, n, turned, width, seen);
    if (!direct) add_patches(s, p, rows, seen, to);
  });
}

}  // namespace

void Convolving::run(const Op& o, Context& context, In in, Out out) {
  const auto& op = static_cast<const Convolving&>(o);
  tensor::Dense& made = op.result(in, out);
  std::array<const tensor::Dense*, 3> parts{};
  parts[op.made] = &made;
  for (size_t i = 0; i < 2; ++i) parts[kOperands[op.made][i]] = &in[i]->dense();
  const tensor::Dense &y = *parts[kY], &x = *parts[kX], &kernel = *parts[kKernel];
  const Sizes s{op.walk(x.shape), static_cast<size_t>(x.shape.back()), static_cast<size_t>(y.shape.back())};
  with_float(op.name().data(), made.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    (op.multiplier ? depthwise<T> : by_matrices<T>)(op.made, s, x.values<T>().data(),
                                                    kernel.values<T>().data(), y.values<T>().data(),
                                                    made.values<T>().data(), context.scratch);
  });
}

}  // namespace lacuna
