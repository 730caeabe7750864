// What the three ops of convolution have in common.
#pragma once
#include "lacuna/base/error.h"
#include "lacuna/ops/convolution/walk.h"

namespace lacuna {

struct Convolving : WindowOp {
  Convolving(Window w, Dim multiplier_, Shape more_ = {})
      : WindowOp(std::move(w)), multiplier(multiplier_), more(std::move(more_)) {}
  std::string key() const override { return text(WindowOp::key(), ' ', multiplier, to_string(more)); }
  std::string_view cost(const Rule&) const override { return "elements of y × size of the kernel"; }

  // The channels that this kernel makes of those of x.
  Dim filters(const Shape& kernel) const { return kernel.back() * (multiplier ? kernel.end()[-2] : 1); }
  // x and y are on the two sides of the kernel, and have these channels.
  void check_kernel(const Shape& k, Dim of_x, Dim of_y) const {
    const bool fits = k.size() == spatial() + 2 && std::equal(k.begin(), k.end() - 2, window.size.begin());
    LACUNA_REQUIRE(fits && k.end()[-2] != None && k.back() != None &&
                       (!multiplier || k.back() == multiplier) && is_same(of_x, k.end()[-2]) &&
                       is_same(of_y, filters(k)),
                   name(), ": the kernel must have the shape (window, channels of x, ",
                   multiplier ? "multiplier" : "filters", "). Received: kernel=", to_string(k),
                   ", window=", to_string(window.size), ", channels of x=", to_string({of_x}),
                   ", channels of y=", to_string({of_y}), ".");
  }
  // The shape of x from that of y; like: a tensor that has it, or null.
  void set_x(Shape& x, const Shape& y, const Shape& kernel, const Shape* like) const {
    x.assign(y.begin(), y.end());
    x.back() = kernel.end()[-2];
    for (size_t i = 0; i < spatial(); ++i) {
      const Dim n = y[i + 1];
      if (like) x[i + 1] = (*like)[i + 1];
      else if (n != None) x[i + 1] = n * window.strides[i] + more[i];
      LACUNA_REQUIRE(x[i + 1] >= 0 || n == None || like, name(),
                     ": the result must not have negative sizes. Received: size=", x[i + 1], ", axis=", i + 1,
                     ", size of y=", n, ".");
    }
    if (like) check_y(*like, y);
    check_y(x, y);
  }
  void set_kernel(Shape& kernel, Dim of_x, Dim of_y) const {
    kernel.assign(window.size.begin(), window.size.end());
    kernel.push_back(of_x);
    kernel.push_back(multiplier ? multiplier : of_y);
  }

  // 0: the kernel is (window…, channels, filters). Else it is depthwise, (window…, channels, multiplier).
  Dim multiplier;
  Shape more;  // Of the transpose: what an axis of x has above stride times that of y, unless x is given.
};

// The transpose of a depthwise convolution with a kernel (window…, channels, 1).
Symbol depthwise_transpose(const Symbol& y, const Symbol& kernel, Window window, Shape more);

}  // namespace lacuna
