// pooling: the largest value, or the mean, of each channel under a window.
//
//   max      dx[place] = Σ dy[p] over the windows p in which x[place] is the first largest value
//   average  dx[place] = Σ dy[p] / values under window p
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

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

struct PoolOp : WindowOp {
  PoolOp(Window w, Pool m) : WindowOp(std::move(w)), mode(m) {}
  std::string key() const override { return text(WindowOp::key(), mode == Pool::max ? " max" : " average"); }
  std::string_view cost(const Rule&) const override { return "elements of y × size of the window"; }

  Pool mode;
};

// Whether v becomes the largest value, as NaN does.
template <class T>
bool is_larger(T v, T than) {
  return v > than || v != v;
}

template <class T>
void pool(const Walk& w, size_t channels, Pool mode, size_t p, const T* x, T* y) {
  size_t count = 0;
  w.each_tap(p, [&](size_t, size_t place) {
    if (place == Walk::kPadding) return;
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
  w.each_tap(p, [&](size_t, size_t place) { count += place != Walk::kPadding; });
  const T share = T(1) / static_cast<T>(count);
  w.each_tap(p, [&](size_t, size_t place) {
    if (place == Walk::kPadding) return;
    T* to = dx + place * channels;
    for (size_t c = 0; c < channels; ++c) to[c] += share * dy[c];
  });
}

template <class T>
void max_gradient(const Walk& w, size_t channels, size_t p, const T* x, const T* dy, T* dx) {
  constexpr size_t kBlock = 64;
  T best[kBlock];
  size_t at[kBlock];
  for (size_t first = 0; first < channels; first += kBlock) {
    const size_t n = std::min(kBlock, channels - first);
    bool begun = false;
    w.each_tap(p, [&](size_t, size_t place) {
      if (place == Walk::kPadding) return;
      const T* from = x + place * channels + first;
      for (size_t c = 0; c < n; ++c)
        if (!begun || is_larger(from[c], best[c])) best[c] = from[c], at[c] = place;
      begun = true;
    });
    for (size_t c = 0; c < n; ++c) dx[at[c] * channels + first + c] += dy[first + c];
  }
}

// (x, dy) -> dx
struct PoolingGradient final : PoolOp {
  using PoolOp::PoolOp;
  std::string_view name() const override { return "pooling_gradient"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense}, {dense}, run}}};
    return rules;
  }
  int rows_named_by(size_t input) const override {
    return input == 0 && mode == Pool::average ? kNoRows : kAllRows;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    rule_for(*this, in);
    check_x(in[0]);
    check_x(in[1]);
    check_y(in[0].shape, in[1].shape);
    LACUNA_REQUIRE(in[0].dtype == in[1].dtype && is_same(in[0].shape.back(), in[1].shape.back()),
                   "pooling_gradient: x and dy must have one dtype and the same channels. Received: x=",
                   in[0], ", dy=", in[1], ".");
    return {in[0]};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> g,
                               const std::vector<bool>& wanted) const override;

  static void run(const Op& o, Context&, In in, Out out) {
    const auto& op = static_cast<const PoolOp&>(o);
    const tensor::Dense &x = in[0]->dense(), &dy = in[1]->dense();
    tensor::Dense& dx = out[0]->dense();
    op.check_y(x.shape, dy.shape);
    LACUNA_REQUIRE(x.shape.back() == dy.shape.back(),
                   "pooling_gradient: x and dy must have the same channels. Received: x=", in[0]->spec(),
                   ", dy=", in[1]->spec(), ".");
    dx.resize(x.shape, x.dtype);
    const Walk w = op.walk(x.shape);
    const auto channels = static_cast<size_t>(x.shape.back());
    with_float("pooling_gradient", x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T *from = x.values<T>().data(), *above = dy.values<T>().data();
      T* to = dx.values<T>().data();
      parallel_for(w.batch, 1, [&](size_t begin, size_t end) {
        std::fill(to + begin * w.in() * channels, to + end * w.in() * channels, T(0));
        for (size_t p = begin * w.out(); p < end * w.out(); ++p)
          if (op.mode == Pool::average) average_gradient(w, channels, p, above + p * channels, to);
          else max_gradient(w, channels, p, from, above + p * channels, to);
      });
    });
  }
};

struct Pooling final : PoolOp {
  using PoolOp::PoolOp;
  std::string_view name() const override { return "pooling"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense}, {dense}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    rule_for(*this, in);
    check_x(in[0]);
    Spec y{{}, in[0].dtype};
    set_y(y.shape, in[0].shape, in[0].shape.back());
    return {y};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    return {apply(std::make_shared<PoolingGradient>(window, mode), {node.in(0), dy[0]})};
  }

  static void run(const Op& o, Context&, In in, Out out) {
    const auto& op = static_cast<const PoolOp&>(o);
    const tensor::Dense& x = in[0]->dense();
    tensor::Dense& y = out[0]->dense();
    op.set_y(y.shape, x.shape, x.shape.back());
    y.resize(y.shape, x.dtype);
    const Walk w = op.walk(x.shape);
    const auto channels = static_cast<size_t>(x.shape.back());
    with_float("pooling", x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* from = x.values<T>().data();
      T* to = y.values<T>().data();
      const size_t grain = std::max<size_t>(1, kGrain / (w.taps() * channels + 1));
      parallel_for(w.batch * w.out(), grain, [&](size_t begin, size_t end) {
        for (size_t p = begin; p < end; ++p) pool(w, channels, op.mode, p, from, to + p * channels);
      });
    });
  }
};

// The mean is linear; which value is the largest is fixed.
std::vector<Symbol> PoolingGradient::gradient(const Node& node, std::span<const Symbol> g,
                                              const std::vector<bool>& wanted) const {
  if (mode == Pool::max) return Op::gradient(node, g, wanted);
  return {{}, wanted[1] ? apply(std::make_shared<Pooling>(window, mode), {g[0]}) : Symbol{}};
}

const Window kPairs{.size = {2}, .strides = {2}},
    kOverlap{.size = {3, 2}, .strides = {2, 1}, .padding = Padding::same};

const bool pooling_registered = register_op("pooling", [] {
  const auto op = [](const Window& w, Pool mode) { return std::make_shared<Pooling>(w, mode); };
  std::vector<Example> examples;
  for (const Pool mode : {Pool::max, Pool::average}) {
    examples.push_back({op(kPairs, mode), {{{None, 5, 3}}}});
    examples.push_back({op(kOverlap, mode), {{{None, 4, 3, 70}}}});
    examples.push_back({op(Window{.size = {1, 2, 2}, .strides = {1, 1, 2}}, mode), {{{None, 2, 3, 5, 1}}}});
  }
  return examples;
});
const bool pooling_gradient_registered = register_op("pooling_gradient", [] {
  const auto op = [](const Window& w, Pool mode) { return std::make_shared<PoolingGradient>(w, mode); };
  return std::vector<Example>{{op(kPairs, Pool::average), {{{None, 5, 3}}, {{None, 2, 3}}}},
                              {op(kOverlap, Pool::average), {{{None, 4, 3, 5}}, {{None, 2, 3, 5}}}},
                              {op(kPairs, Pool::max), {{{None, 5, 3}}, {{None, 2, 3}}}}};
});

}  // namespace

Symbol pooling(const Symbol& x, const Shape& size, const PoolingOptions& o) {
  const Window window{size, o.strides.empty() ? size : o.strides, {}, o.padding};
  const auto op = std::make_shared<Pooling>(window, o.mode);
  return with_channels_last(x, o.channels_first, [&](const Symbol& turned) { return apply(op, {turned}); });
}

}  // namespace lacuna
