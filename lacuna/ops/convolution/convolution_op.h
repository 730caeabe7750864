// The op of convolution, in its three forms (convolution.cc).
#pragma once
#include "lacuna/base/error.h"
#include "lacuna/ops/convolution/walk.h"

namespace lacuna {

struct Convolving final : WindowOp {
  enum Part : uint8_t { kY, kX, kKernel };
  // The operands of the op that makes each part. That of x takes an x as a third, for its shape.
  static constexpr Part kOperands[3][2] = {{kX, kKernel}, {kY, kKernel}, {kX, kY}};

  Convolving(Part made_, Window w, Dim multiplier_, Shape more_ = {})
      : WindowOp(std::move(w)), made(made_), multiplier(multiplier_), more(std::move(more_)) {}
  std::string_view name() const override;
  std::string key() const override { return text(WindowOp::key(), ' ', multiplier, to_string(more)); }
  std::string_view cost(const Rule&) const override { return "elements of y × size of the kernel"; }
  const Rules& rules() const override;
  int rows_named_by(size_t input) const override { return input == 2 ? kNoRows : kAllRows; }
  void set_shape(Shape& result, const Shapes& in) const override;
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> g,
                               const std::vector<bool>& wanted) const override;
  static void run(const Op& op, Context& context, In in, Out out);  // convolution_cpu.cc

  Part made;
  // 0: the kernel is (window…, channels, filters). Else it is depthwise, (window…, channels, multiplier).
  Dim multiplier;
  Shape more;  // If x is made and not given: what an axis of x has above stride times that of y.

 private:
  // x and y are on the two sides of the kernel, and have these channels. Returns those of y.
  Dim check_kernel(const Shape& kernel, Dim of_x, Dim of_y) const;
};

}  // namespace lacuna
