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

namespace lacuna::cpu {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// Sizes of a run: of x, of its windows and of y.
struct Sizes : Walk {
  size_t channels, filters;
  size_t outputs() const { return batch * out(); }
  size_t patch() const { return taps() * channels; }  // The values under a window.
};

Sizes sizes_of(const Convolving& op, const Shape& x, Dim filters) {
  return {op.walk(x), static_cast<size_t>(x.back()), static_cast<size_t>(filters)};
}

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
      s.each_tap(p + i, [&, row = to + i * width](size_t tap, size_t place) {
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
        if (place == Walk::kPadding) return;
        T* to = x + place * c;
        for (size_t j = 0; j < c; ++j) to[j] += row[tap * c + j];
      });
  });
}

// y[p] = Σ_tap x[place] ∘ kernel[tap], with several values of y for each channel.
template <class T>
void depthwise(const Sizes& s, const T* x, const T* kernel, T* y) {
  const size_t c = s.channels, f = s.filters, m = c ? f / c : 0;
  parallel_for(s.outputs(), std::max<size_t>(1, kGrain / (s.taps() * f + 1)), [&](size_t begin, size_t end) {
    for (size_t p = begin; p < end; ++p) {
      T* to = y + p * f;
      std::fill_n(to, f, T(0));
      s.each_tap(p, [&](size_t tap, size_t place) {
        if (place == Walk::kPadding) return;
        const T *from = x + place * c, *w = kernel + tap * f;
        if (m == 1)
          for (size_t j = 0; j < c; ++j) to[j] += from[j] * w[j];
        else
          for (size_t j = 0; j < f; ++j) to[j] += from[j / m] * w[j];
      });
    }
  });
}

template <class T>
void depthwise_transpose(const Sizes& s, const T* y, const T* kernel, T* x) {
  const size_t c = s.channels, f = s.filters, m = c ? f / c : 0;
  parallel_for(s.batch, 1, [&](size_t begin, size_t end) {
    for (size_t p = begin * s.out(); p < end * s.out(); ++p)
      s.each_tap(p, [&, from = y + p * f](size_t tap, size_t place) {
        if (place == Walk::kPadding) return;
        const T* w = kernel + tap * f;
        T* to = x + place * c;
        if (m == 1)
          for (size_t j = 0; j < c; ++j) to[j] += from[j] * w[j];
        else
          for (size_t j = 0; j < f; ++j) to[j / m] += from[j] * w[j];
      });
  });
}

// Each block of filters is summed in the order of the outputs.
template <class T>
void depthwise_kernel_gradient(const Sizes& s, const T* x, const T* dy, T* kernel, Scratch& scratch) {
  const size_t c = s.channels, f = s.filters, m = c ? f / c : 0;
  const auto sums = scratch.get<double>(0, s.taps() * f);
  std::ranges::fill(sums, 0.0);
  parallel_for(f, 16, [&](size_t begin, size_t end) {
    for (size_t p = 0; p < s.outputs(); ++p)
      s.each_tap(p, [&](size_t tap, size_t place) {
        if (place == Walk::kPadding) return;
        for (size_t j = begin; j < end; ++j)
          sums[tap * f + j] += static_cast<double>(x[place * c + j / m]) * static_cast<double>(dy[p * f + j]);
      });
  });
  for (size_t i = 0; i < sums.size(); ++i) kernel[i] = static_cast<T>(sums[i]);
}

}  // namespace

void convolution(const Op& o, Context& context, In in, Out out) {
  const auto& op = static_cast<const Convolving&>(o);
  const tensor::Dense &x = in[0]->dense(), &kernel = in[1]->dense();
  op.check_kernel(kernel.shape, x.shape.back(), None);
  tensor::Dense& y = out[0]->dense();
  op.set_y(y.shape, x.shape, op.filters(kernel.shape));
  y.resize(y.shape, x.dtype);
  const Sizes s = sizes_of(op, x.shape, y.shape.back());
  with_float("convolution", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *from = x.values<T>().data(), *w = kernel.values<T>().data();
    T* to = y.values<T>().data();
    if (op.multiplier) return depthwise(s, from, w, to);
    each_chunk(s, [&](size_t p, size_t n) {
      const T* rows = patches(s, p, n, from, context.scratch);
      kernels::matmul(false, false, n, s.filters, s.patch(), rows, s.patch(), w, s.filters,
                      to + p * s.filters);
    });
  });
}

void convolution_transpose(const Op& o, Context& context, In in, Out out) {
  const auto& op = static_cast<const Convolving&>(o);
  const tensor::Dense &y = in[0]->dense(), &kernel = in[1]->dense();
  tensor::Dense& x = out[0]->dense();
  const Shape* shape = in.size() > 2 ? &in[2]->dense().shape : nullptr;
  op.check_kernel(kernel.shape, shape ? shape->back() : None, y.shape.back());
  op.set_x(x.shape, y.shape, kernel.shape, shape);
  x.resize(x.shape, y.dtype);
  const Sizes s = sizes_of(op, x.shape, y.shape.back());
  with_float("convolution_transpose", y.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *from = y.values<T>().data(), *w = kernel.values<T>().data();
    T* to = x.values<T>().data();
    const bool direct = op.multiplier == 0 && s.is_pointwise();
    if (!direct) std::ranges::fill(x.values<T>(), T(0));
    if (op.multiplier) return depthwise_transpose(s, from, w, to);
    T* turned = context.scratch.get<T>(1, kernel.size()).data();  // BLIS is faster on it.
    kernels::transpose(w, s.patch(), s.filters, turned);
    each_chunk(s, [&](size_t p, size_t n) {
      T* rows = direct ? to + p * s.channels : context.scratch.get<T>(0, n * s.patch()).data();
      kernels::matmul(false, false, n, s.patch(), s.filters, from + p * s.filters, s.filters, turned,
                      s.patch(), rows);
      if (!direct) add_patches(s, p, n, rows, to);
    });
  });
}

void convolution_kernel_gradient(const Op& o, Context& context, In in, Out out) {
  const auto& op = static_cast<const Convolving&>(o);
  const tensor::Dense &x = in[0]->dense(), &dy = in[1]->dense();
  tensor::Dense& kernel = out[0]->dense();
  op.set_kernel(kernel.shape, x.shape.back(), dy.shape.back());
  op.check_kernel(kernel.shape, x.shape.back(), dy.shape.back());
  op.check_y(x.shape, dy.shape);
  kernel.resize(kernel.shape, x.dtype);
  const Sizes s = sizes_of(op, x.shape, dy.shape.back());
  with_float("convolution_kernel_gradient", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *from = x.values<T>().data(), *above = dy.values<T>().data();
    T* to = kernel.values<T>().data();
    if (op.multiplier) return depthwise_kernel_gradient(s, from, above, to, context.scratch);
    std::ranges::fill(kernel.values<T>(), T(0));
    each_chunk(s, [&](size_t p, size_t n) {
      const T* rows = patches(s, p, n, from, context.scratch);
      kernels::add_matmul(true, false, s.patch(), s.filters, n, rows, s.patch(), above + p * s.filters,
                          s.filters, to);
    });
  });
}

}  // namespace lacuna::cpu
