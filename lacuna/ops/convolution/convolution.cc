// convolution: y[p] = Σ_tap x[p · stride + tap · dilation - padding] kernel[tap], where x[…] is a row of
// channels and kernel[tap] a matrix (channels, filters); depthwise, a multiplier of values for each channel.
//
//   dx = convolution_transpose(dy, kernel), dkernel = convolution_kernel_gradient(x, dy)
//
// Each of the three is linear in both operands, and their gradients are the three again.
#include "lacuna/ops/convolution/convolution.h"

#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/convolution/channels.h"
#include "lacuna/ops/convolution/convolution_op.h"

namespace lacuna {

namespace cpu {  // convolution_cpu.cc
void convolution(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
void convolution_transpose(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
void convolution_kernel_gradient(const Op&, Context&, std::span<const Tensor* const>,
                                 std::span<Tensor* const>);
}  // namespace cpu

namespace {

Symbol convolved(const Convolving& op, const Symbol& x, const Symbol& kernel);
Symbol transposed_to(const Convolving& op, const Symbol& y, const Symbol& kernel, const Symbol& x);
Symbol kernel_gradient(const Convolving& op, const Symbol& x, const Symbol& dy);

void require_one_dtype(const Op& op, std::span<const Spec> in) {
  LACUNA_REQUIRE(in[0].dtype == in[1].dtype, op.name(),
                 ": both operands must have one dtype. Received: ", in[0], " and ", in[1], ".");
}

struct Convolution final : Convolving {
  using Convolving::Convolving;
  std::string_view name() const override { return "convolution"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense}, {dense}, cpu::convolution}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &kernel = in[1];
    rule_for(*this, in);
    check_x(x);
    require_one_dtype(*this, in);
    check_kernel(kernel.shape, x.shape.back(), None);
    Spec y{{}, x.dtype};
    set_y(y.shape, x.shape, filters(kernel.shape));
    return {y};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    const Symbol &x = node.in(0), &kernel = node.in(1);
    return {wanted[0] ? transposed_to(*this, dy[0], kernel, x) : Symbol{},
            wanted[1] ? kernel_gradient(*this, x, dy[0]) : Symbol{}};
  }
};

// (y, kernel) or (y, kernel, x) -> dx, of the shape of x if that is given.
struct ConvolutionTranspose final : Convolving {
  using Convolving::Convolving;
  std::string_view name() const override { return "convolution_transpose"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense}, {dense}, cpu::convolution_transpose},
                              {{dense, dense, dense}, {dense}, cpu::convolution_transpose}}};
    return rules;
  }
  int rows_named_by(size_t input) const override { return input == 2 ? kNoRows : kAllRows; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &y = in[0], &kernel = in[1];
    rule_for(*this, in);
    check_x(y);
    require_one_dtype(*this, in);
    const Shape* like = in.size() > 2 ? &in[2].shape : nullptr;
    if (like) check_x(in[2]);
    check_kernel(kernel.shape, like ? like->back() : None, y.shape.back());
    Spec x{{}, y.dtype};
    set_x(x.shape, y.shape, kernel.shape, like);
    return {x};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> g,
                               const std::vector<bool>& wanted) const override {
    std::vector<Symbol> result(node.in().size());
    if (wanted[0]) result[0] = convolved(*this, g[0], node.in(1));
    if (wanted[1]) result[1] = kernel_gradient(*this, g[0], node.in(0));
    return result;
  }
};

// (x, dy) -> the gradient of the kernel
struct ConvolutionKernelGradient final : Convolving {
  using Convolving::Convolving;
  std::string_view name() const override { return "convolution_kernel_gradient"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense}, {dense}, cpu::convolution_kernel_gradient}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &dy = in[1];
    rule_for(*this, in);
    check_x(x);
    check_x(dy);
    require_one_dtype(*this, in);
    Spec kernel{{}, x.dtype};
    set_kernel(kernel.shape, x.shape.back(), dy.shape.back());
    check_kernel(kernel.shape, x.shape.back(), dy.shape.back());
    check_y(x.shape, dy.shape);
    return {kernel};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> g,
                               const std::vector<bool>& wanted) const override {
    const Symbol &x = node.in(0), &dy = node.in(1);
    return {wanted[0] ? transposed_to(*this, dy, g[0], x) : Symbol{},
            wanted[1] ? convolved(*this, x, g[0]) : Symbol{}};
  }
};

Symbol convolved(const Convolving& op, const Symbol& x, const Symbol& kernel) {
  return apply(std::make_shared<Convolution>(op.window, op.multiplier), {x, kernel});
}
Symbol transposed_to(const Convolving& op, const Symbol& y, const Symbol& kernel, const Symbol& x) {
  return apply(std::make_shared<ConvolutionTranspose>(op.window, op.multiplier), {y, kernel, x});
}
Symbol kernel_gradient(const Convolving& op, const Symbol& x, const Symbol& dy) {
  return apply(std::make_shared<ConvolutionKernelGradient>(op.window, op.multiplier), {x, dy});
}

const Window kTwo{.size = {2}}, kSame{.size = {3}, .strides = {2}, .padding = Padding::same},
    kCausal{.size = {2}, .dilation = {2}, .padding = Padding::causal},
    kPlane{.size = {2, 3}, .strides = {1, 2}, .dilation = {2, 1}, .padding = Padding::same},
    kSpace{.size = {1, 2, 2}, .strides = {1, 2, 1}};

const bool convolution_registered = register_op("convolution", [] {
  const auto op = [](const Window& w, Dim m = 0) { return std::make_shared<Convolution>(w, m); };
  return std::vector<Example>{{op(kTwo), {{{None, 5, 3}}, {{2, 3, 4}}}},
                              {op(kSame), {{{None, 6, 2}}, {{3, 2, 4}}}},
                              {op(kCausal), {{{None, 5, 3}}, {{2, 3, 4}}}},
                              {op(kPlane), {{{None, 4, 5, 2}}, {{2, 3, 2, 6}}}},
                              {op(kSpace), {{{None, 2, 3, 3, 2}}, {{1, 2, 2, 2, 4}}}},
                              {op(Window{.size = {1}}), {{{None, 5, 3}}, {{1, 3, 4}}}},
                              {op(kPlane, 1), {{{None, 4, 5, 6}}, {{2, 3, 6, 1}}}},
                              {op(kTwo, 4), {{{None, 5, 3}}, {{2, 3, 4}}}}};
});
const bool convolution_transpose_registered = register_op("convolution_transpose", [] {
  const auto op = [](const Window& w, Shape more, Dim multiplier = 0) {
    return std::make_shared<ConvolutionTranspose>(w, multiplier, std::move(more));
  };
  return std::vector<Example>{{op(kTwo, {1}), {{{None, 5, 4}}, {{2, 3, 4}}}},
                              {op(kSame, {0}), {{{None, 3, 4}}, {{3, 2, 4}}}},
                              {op(kSame, {}), {{{None, 3, 4}}, {{3, 2, 4}}, {{None, 5, 2}}}},
                              {op(kPlane, {0, -1}), {{{None, 4, 3, 6}}, {{2, 3, 2, 6}}}},
                              {op(Window{.size = {1}}, {0}), {{{None, 5, 4}}, {{1, 3, 4}}}},
                              {op(kPlane, {0, -1}, 1), {{{None, 4, 3, 6}}, {{2, 3, 6, 1}}}},
                              {op(kTwo, {1}, 4), {{{None, 5, 12}}, {{2, 3, 4}}}}};
});
const bool convolution_kernel_registered = register_op("convolution_kernel_gradient", [] {
  const auto op = [](const Window& w, Dim multiplier = 0) {
    return std::make_shared<ConvolutionKernelGradient>(w, multiplier);
  };
  return std::vector<Example>{{op(kTwo), {{{None, 5, 3}}, {{None, 4, 6}}}},
                              {op(kSame), {{{None, 5, 2}}, {{None, 3, 4}}}},
                              {op(Window{.size = {1}}), {{{None, 5, 3}}, {{None, 5, 4}}}},
                              {op(kTwo, 2), {{{None, 5, 3}}, {{None, 4, 6}}}}};
});

// more: null for convolution, else for its transpose.
Symbol made(const char* where, const Symbol& x, const Symbol& kernel, const ConvolutionOptions& o,
            bool depthwise, const Shape* more = nullptr) {
  LACUNA_REQUIRE(
      x.rank() >= 3 && x.rank() <= 5 && kernel.rank() == x.rank(), where,
      ": x must be dense and have rank 3, 4 or 5 (batch, spatial axes and channels), and the kernel "
      "the rank of x; to_dense(x) makes a csr x dense. Received: x=",
      x.spec(), ", kernel=", kernel.spec(), ".");
  const Shape& k = kernel.shape();
  LACUNA_REQUIRE(!depthwise || k.back() > 0, where,
                 ": the kernel must have a known multiplier. Received: kernel=", kernel.spec(), ".");
  const Window window{Shape(k.begin(), k.end() - 2), o.strides, o.dilation, o.padding};
  const Dim multiplier = depthwise ? k.back() : 0;
  std::shared_ptr<const Op> op;
  if (more) op = std::make_shared<ConvolutionTranspose>(window, multiplier, *more);
  else op = std::make_shared<Convolution>(window, multiplier);
  return with_channels_last(x, o.channels_first, [&](const Symbol& turned) {
    return apply(op, {turned, kernel});
  });
}

}  // namespace

Symbol convolution(const Symbol& x, const Symbol& kernel, const ConvolutionOptions& options) {
  return made("convolution", x, kernel, options, false);
}

Symbol depthwise_convolution(const Symbol& x, const Symbol& kernel, const ConvolutionOptions& options) {
  return made("depthwise_convolution", x, kernel, options, true);
}

Symbol depthwise_transpose(const Symbol& y, const Symbol& kernel, Window window, Shape more) {
  return apply(std::make_shared<ConvolutionTranspose>(std::move(window), 1, std::move(more)), {y, kernel});
}

Symbol convolution_transpose(const Symbol& y, const Symbol& kernel, const Shape& more,
                             const ConvolutionOptions& options) {
  LACUNA_REQUIRE(more.size() + 2 == y.rank(),
                 "convolution_transpose: more must have a number for each spatial axis. Received: y=",
                 y.spec(), ", more=", to_string(more), ".");
  return made("convolution_transpose", y, kernel, options, false, &more);
}

}  // namespace lacuna
