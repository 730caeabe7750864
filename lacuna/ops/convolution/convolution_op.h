// What the three ops of convolution have in common.
#pragma once
#include "lacuna/base/error.h"
#include "lacuna/ops/convolution/walk.h"

namespace lacuna {

struct Convolving : WindowOp {
  Convolving(Window w, Dim multiplier_) : WindowOp(std::move(w)), multiplier(multiplier_) {}
  std::string key() const override { return text(WindowOp::key(), ' ', multiplier); }
  std::string_view cost(const Rule&) const override { return "elements of y × size of the kernel"; }

  // The channels that this kernel makes of those of x.
  Dim filters(const Shape& kernel) const {
    return kernel.back() * (is_depthwise() ? kernel[kernel.size() - 2] : 1);
  }
  // x and y are on the two sides of the kernel, and have these channels.
  void check_kernel(const Shape& k, Dim of_x, Dim of_y) const {
    const bool fits = k.size() == spatial() + 2 && std::equal(k.begin(), k.end() - 2, window.size.begin());
    const Dim channels = fits ? k[k.size() - 2] : 0;
    LACUNA_REQUIRE(fits && channels != None && k.back() != None && (!multiplier || k.back() == multiplier) &&
                       (of_x == channels || of_x == None) && (of_y == filters(k) || of_y == None),
                   name(), ": the kernel must have the shape (window, channels of x, ",
                   is_depthwise() ? "multiplier" : "filters", "). Received: kernel=", to_string(k),
                   ", window=", to_string(window.size), ", channels of x=", to_string({of_x}),
                   ", channels of y=", to_string({of_y}), ".");
  }

  bool is_depthwise() const { return multiplier != 0; }
  // 0: the kernel is (window…, channels, filters). Else it is depthwise, (window…, channels, multiplier).
  Dim multiplier;
};

struct Convolution final : Convolving {
  using Convolving::Convolving;
  std::string_view name() const override { return "convolution"; }
  const Rules& rules() const override;
  std::vector<Spec> infer(std::span<const Spec> in) const override;
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override;
};

// (y, kernel) or (y, kernel, x) -> dx, of the shape of x if that is given.
struct ConvolutionTranspose final : Convolving {
  ConvolutionTranspose(Window w, Dim multiplier_, Shape more_)
      : Convolving(std::move(w), multiplier_), more(std::move(more_)) {}
  std::string_view name() const override { return "convolution_transpose"; }
  std::string key() const override { return Convolving::key() + to_string(more); }
  const Rules& rules() const override;
  int rows_named_by(size_t input) const override { return input == 2 ? kNoRows : kAllRows; }
  std::vector<Spec> infer(std::span<const Spec> in) const override;
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> g,
                               const std::vector<bool>& wanted) const override;
  // Sets the shape of the result; x: null if it is not given.
  void set_result(Shape& result, const Shape& y, const Shape& kernel, const Shape* x) const;

  Shape more;  // What the size of an axis is above stride times that of y; not used if x is given.
};

// (x, dy) -> the gradient of the kernel
struct ConvolutionKernelGradient final : Convolving {
  using Convolving::Convolving;
  std::string_view name() const override { return "convolution_kernel_gradient"; }
  const Rules& rules() const override;
  std::vector<Spec> infer(std::span<const Spec> in) const override;
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> g,
                               const std::vector<bool>& wanted) const override;
  // The channels of x and y in a run.
  void set_result(Shape& kernel, Dim of_x, Dim of_y) const;
};

}  // namespace lacuna
