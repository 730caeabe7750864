// pooling: the largest value, or the mean, of each channel under a window.
//
//   max      y[p] = x[place of the first largest value of x under window p]
//   average  y[p] = Σ x[place] / values under window p
//
// Where the places are kept, y is linear in the values there: pooling(x, values) takes the places from x.
// pooling_gradient(x, dy) is its transpose, and each of the two is the gradient of the other.
#include "lacuna/ops/convolution/pooling.h"

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/convolution/channels.h"
#include "lacuna/ops/convolution/walk.h"
#include "lacuna/ops/parts/broadcast.h"

namespace lacuna {
namespace {

// Whether v becomes the largest value, as NaN does.
template <class T>
bool is_larger(T v, T than) {
  return v > than || v != v;
}

template <class T>
void pool(const Walk& w, size_t channels, Pool mode, size_t p, const T* x, T* y) {
  size_t count = 0;
  w.each_tap(p, [&](size_t, size_t place) {
    const T* from = x + place * channels;
    if (count++ == 0) std::copy_n(from, channels, y);
    else if (mode == Pool::average)
      for (size_t c = 0; c < channels; ++c) y[c] += from[c];
    else
      for (size_t c = 0; c < channels; ++c) y[c] = is_larger(from[c], y[c]) ? from[c] : y[c];
  });
  if (mode == Pool::average)
    for (size_t c = 0; c < channels; ++c) y[c] /= static_cast<T>(count);
}

template <class T>
void average_gradient(const Walk& w, size_t channels, size_t p, const T* dy, T* dx) {
  size_t count = 0;
  w.each_tap(p, [&](size_t, size_t) { ++count; });
  const T share = T(1) / static_cast<T>(count);
  w.each_tap(p, [&](size_t, size_t place) {
    for (size_t c = 0; c < channels; ++c) dx[place * channels + c] += share * dy[c];
  });
}

// Calls f(index in x, channel) for the first largest value of each channel.
template <class T, class F>
void each_largest(const Walk& w, size_t channels, size_t p, const T* x, const F& f) {
  using Index = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;  // As wide as T, for SIMD.
  constexpr size_t kBlock = 64;
  T best[kBlock];
  Index at[kBlock];  // Places within the sample.
  const size_t sample = p / w.out() * w.in();
  for (size_t first = 0; first < channels; first += kBlock) {
    const size_t n = std::min(kBlock, channels - first);
    bool begun = false;
    w.each_tap(p, [&](size_t, size_t place) {
      const T* from = x + place * channels + first;
      const auto here = static_cast<Index>(place - sample);
      for (size_t c = 0; c < n; ++c) {
        const bool larger = !begun || is_larger(from[c], best[c]);
        best[c] = larger ? from[c] : best[c];
        at[c] = larger ? here : at[c];
      }
      begun = true;
    });
    for (size_t c = 0; c < n; ++c) f((sample + at[c]) * channels + first + c, first + c);
  }
}

struct PoolOp final : WindowOp {
  PoolOp(Window w, Pool m, bool gradient_ = false)
      : WindowOp(std::move(w)), mode(m), is_gradient(gradient_) {}
  std::string_view name() const override { return is_gradient ? "pooling_gradient" : "pooling"; }
  std::string key() const override { return text(WindowOp::key(), mode == Pool::max ? " max" : " average"); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules forward{{{{dense}, {dense}, run}, {{dense, dense}, {dense}, run}}},
        gradient{{{{dense, dense}, {dense}, run}}};
    return is_gradient ? gradient : forward;
  }
  int rows_named_by(size_t input) const override {
    return is_gradient && input == 0 && mode == Pool::average ? kNoRows : kAllRows;
  }

  void set_shape(Shape& result, const Shapes& in) const override {
    const Shape &x = *in[0], *other = in[1];
    LACUNA_REQUIRE(is_gradient || !other || std::ranges::equal(x, *other, is_same),
                   "pooling: the values must have the shape of x. Received: x=", to_string(x),
                   ", values=", to_string(*other), ".");
    if (!is_gradient) return set_y(result, x, x.back());
    check_y(x, *other, x.back());
    result.assign(x.begin(), x.end());
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> g,
                               const std::vector<bool>& wanted) const override {
    std::vector<Symbol> result(node.in().size()), in{g[0]};
    if (!is_gradient || mode == Pool::max) in.insert(in.begin(), node.in(0));
    if (wanted.back())
      result.back() = lacuna::apply(std::make_shared<PoolOp>(window, mode, !is_gradient), in);
    return result;
  }

  static void run(const Op& o, Context&, In in, Out out) {
    const auto& op = static_cast<const PoolOp&>(o);
    tensor::Dense& result = op.result(in, out);
    const tensor::Dense &x = in[0]->dense(), &other = in[in.size() - 1]->dense();
    const Walk w = op.walk(x.shape);
    const auto n = static_cast<size_t>(x.shape.back());
    const bool averages = op.mode == Pool::average;
    with_float(op.name().data(), x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T *places = x.values<T>().data(), *from = other.values<T>().data();
      T* to = result.values<T>().data();
      const auto each_output = [&](size_t begin, size_t end) {
        for (size_t p = begin; p < end; ++p)
          if (averages || in.size() == 1) pool(w, n, op.mode, p, from, to + p * n);
          else each_largest(w, n, p, places, [&](size_t i, size_t c) { to[p * n + c] = from[i]; });
      };
      const auto each_sample = [&](size_t begin, size_t end) {
        std::fill(to + begin * w.in() * n, to + end * w.in() * n, T(0));
        for (size_t p = begin * w.out(); p < end * w.out(); ++p)
          if (averages) average_gradient(w, n, p, from + p * n, to);
          else each_largest(w, n, p, places, [&](size_t i, size_t c) { to[i] += from[p * n + c]; });
      };
      if (op.is_gradient) parallel_for(w.batch, 1, each_sample);
      else parallel_for(w.batch * w.out(), std::max<size_t>(1, kGrain / (w.taps() * n + 1)), each_output);
    });
  }

  Pool mode;
  bool is_gradient;
};

const Window kPairs{.size = {2}, .strides = {2}},
    kOverlap{.size = {3, 2}, .strides = {2, 1}, .padding = Padding::same};

std::vector<Example> in_both_modes(bool gradient,
                                   const std::vector<std::pair<Window, std::vector<Example::Input>>>& given) {
  std::vector<Example> all;
  for (const Pool mode : {Pool::max, Pool::average})
    for (const auto& [window, in] : given)
      all.push_back({std::make_shared<PoolOp>(window, mode, gradient), in});
  return all;
}
const bool pooling_registered = register_op("pooling", [] {
  return in_both_modes(false, {{kPairs, {{{None, 5, 3}}}},
                               {kOverlap, {{{None, 4, 3, 70}}}},
                               {kOverlap, {{{None, 4, 3, 5}}, {{None, 4, 3, 5}}}},
                               {{.size = {1, 2, 2}, .strides = {1, 1, 2}}, {{{None, 2, 3, 5, 1}}}}});
});
const bool pooling_gradient_registered = register_op("pooling_gradient", [] {
  return in_both_modes(
      true, {{kPairs, {{{None, 5, 3}}, {{None, 2, 3}}}}, {kOverlap, {{{None, 4, 3, 5}}, {{None, 2, 3, 5}}}}});
});

}  // namespace

Symbol pooling(const Symbol& x, const Shape& size, const PoolingOptions& o) {
  const Window window{size, o.strides.empty() ? size : o.strides, {}, o.padding};
  const auto op = std::make_shared<PoolOp>(window, o.mode);
  return with_channels_last(x, o.channels_first, [&](const Symbol& turned) { return apply(op, {turned}); });
}

}  // namespace lacuna
