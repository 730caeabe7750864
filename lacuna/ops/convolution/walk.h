// How an op walks over x with its window in a run, where all sizes are known. There are always three spatial
// axes: fewer are preceded by axes of size 1.
#pragma once
#include <array>
#include <cstddef>

#include "lacuna/graph/op.h"
#include "lacuna/ops/convolution/window.h"

namespace lacuna {

struct Walk {
  struct Axis {
    size_t in = 1, out = 1, size = 1, stride = 1, dilation = 1, before = 0;  // before: the padding in front.
  };
  size_t batch = 0;
  std::array<Axis, 3> axes{};

  size_t in() const { return axes[0].in * axes[1].in * axes[2].in; }
  size_t out() const { return axes[0].out * axes[1].out * axes[2].out; }
  size_t taps() const { return axes[0].size * axes[1].size * axes[2].size; }
  // Whether each output reads the value of x at its own place, and nothing else.
  bool is_pointwise() const { return taps() == 1 && in() == out() && axes[2].stride == 1; }

  // Calls f(tap, place) for each value under the window of output p, which counts through the batch. `place`
  // counts the places of x through the batch. kAll: also where the window is outside of x, with kPadding.
  static constexpr size_t kPadding = ~size_t{0};
  template <bool kAll = false, class F>
  void each_tap(size_t p, const F& f) const {
    const auto& [a, b, c] = axes;
    const size_t sample = p / out(), row = p / c.out;
    const size_t start[] = {row / b.out % a.out * a.stride, row % b.out * b.stride, p % c.out * c.stride};
    size_t tap = 0;
    for (size_t i = 0; i < a.size; ++i) {
      const size_t at_a = start[0] + i * a.dilation - a.before;  // Wraps around where it is negative.
      for (size_t j = 0; j < b.size; ++j) {
        const size_t at_b = start[1] + j * b.dilation - b.before;
        const bool inside = at_a < a.in && at_b < b.in;
        const size_t line = ((sample * a.in + at_a) * b.in + at_b) * c.in;
        for (size_t k = 0; k < c.size; ++k, ++tap) {
          const size_t at_c = start[2] + k * c.dilation - c.before;
          const bool is_there = inside && at_c < c.in;
          if (kAll || is_there) f(tap, is_there ? line + at_c : kPadding);
        }
      }
    }
  }
};

inline bool is_same(Dim a, Dim b) { return a == b || a == None || b == None; }

// The base of ops that have a window. All their operands have rank spatial() + 2 and one dtype.
struct WindowOp : Op {
  using In = std::span<const Tensor* const>;
  using Out = std::span<Tensor* const>;
  using Shapes = std::array<const Shape*, 3>;  // Of the inputs; null beyond the last.

  explicit WindowOp(Window w);
  std::string key() const override;
  std::string_view cost(const Rule&) const override { return "elements of y × size of the window"; }
  std::vector<Spec> infer(std::span<const Spec> in) const final;

  // Gives the result its shape, in the graph and in a run. Throws unless the sizes that are known fit.
  virtual void set_shape(Shape& result, const Shapes& in) const = 0;
  // The result of a run, in its size.
  tensor::Dense& result(In in, Out out) const;

  size_t spatial() const { return window.size.size(); }
  // The size of a spatial axis of y for that of x; None if it is open. Throws if the window is larger than x.
  Dim out_of(size_t axis, Dim in) const;
  // The shape of y for an x, with that many channels.
  void set_y(Shape& y, const Shape& x, Dim channels) const;
  // Throws unless y is what the window makes of x.
  void check_y(const Shape& x, const Shape& y, Dim channels = None) const;
  // x: the shape in a run.
  Walk walk(const Shape& x) const;

  Window window;
};

}  // namespace lacuna
