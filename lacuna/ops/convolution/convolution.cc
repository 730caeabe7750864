// convolution: y[p] = Σ_tap x[p · stride + tap · dilation - padding] kernel[tap], where x[…] is a row of
// channels and kernel[tap] a matrix (channels, filters); depthwise, a multiplier of values for each channel.
//
// Times another y and summed over p, this is a number that is linear in x, in the kernel and in y. Each form
// of the op takes two of these and makes the derivative of the number with respect to the third:
//
//   y = convolution(x, kernel), x = convolution_transpose(y, kernel), kernel = ..._kernel_gradient(x, y)
//
// So the gradients of each form are the two others.
#include "lacuna/ops/convolution/convolution.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/convolution/channels.h"
#include "lacuna/ops/convolution/convolution_op.h"

namespace lacuna {

std::string_view Convolving::name() const {
  constexpr std::string_view kNames[] = {"convolution", "convolution_transpose",
                                         "convolution_kernel_gradient"};
  return kNames[made];
}

const Rules& Convolving::rules() const {
  using enum Storage;
  static const Rules rules{{{{dense, dense}, {dense}, run}}},
      of_x{{{{dense, dense}, {dense}, run}, {{dense, dense, dense}, {dense}, run}}};
  return made == kX ? of_x : rules;
}

Dim Convolving::check_kernel(const Shape& k, Dim of_x, Dim of_y) const {
  const bool fits = std::equal(k.begin(), k.end() - 2, window.size.begin());
  const Dim filters = k.back() * (multiplier ? k.end()[-2] : 1);
  LACUNA_REQUIRE(fits && k.end()[-2] != None && k.back() != None && (!multiplier || k.back() == multiplier) &&
                     is_same(of_x, k.end()[-2]) && is_same(of_y, filters),
                 name(), ": the kernel must have the shape (window, channels of x, ",
                 multiplier ? "multiplier" : "filters", "). Received: kernel=", to_string(k),
                 ", window=", to_string(window.size), ", channels of x=", to_string({of_x}),
                 ", channels of y=", to_string({of_y}), ".");
  return filters;
}

void Convolving::set_shape(Shape& result, const Shapes& in) const {
  const Shape &a = *in[0], &b = *in[1];
  if (made == kY) return set_y(result, a, check_kernel(b, a.back(), None));
  if (made == kKernel) {
    result.assign(window.size.begin(), window.size.end());
    result.push_back(a.back());
    result.push_back(multiplier ? multiplier : b.back());
    check_kernel(result, a.back(), b.back());
    return check_y(a, b);
  }
  const Shape* like = in[2];
  check_kernel(b, like ? like->back() : None, a.back());
  result.assign(a.begin(), a.end());
  result.back() = b.end()[-2];
  for (size_t i = 1; i <= spatial(); ++i) {
    if (like || a[i] != None) result[i] = like ? (*like)[i] : a[i] * window.strides[i - 1] + more[i - 1];
    LACUNA_REQUIRE(like || a[i] == None || result[i] >= 0, name(),
                   ": the result must not have negative sizes. Received: size=", result[i], ", axis=", i,
                   ", size of y=", a[i], ".");
  }
  check_y(like ? *like : result, a);
}

std::vector<Symbol> Convolving::gradient(const Node& node, std::span<const Symbol> g,
                                         const std::vector<bool>& wanted) const {
  std::array<Symbol, 3> parts;
  parts[made] = g[0];
  for (size_t i = 0; i < 2; ++i) parts[kOperands[made][i]] = node.in(i);
  std::vector<Symbol> result(node.in().size());
  for (size_t i = 0; i < 2; ++i) {
    if (!wanted[i]) continue;
    const Part part = kOperands[made][i];
    std::vector<Symbol> in{parts[kOperands[part][0]], parts[kOperands[part][1]]};
    if (part == kX) in.push_back(parts[kX]);
    result[i] = lacuna::apply(std::make_shared<Convolving>(part, window, multiplier), in);
  }
  return result;
}

namespace {

const Window kTwo{.size = {2}}, kSame{.size = {3}, .strides = {2}, .padding = Padding::same},
    kCausal{.size = {2}, .dilation = {2}, .padding = Padding::causal},
    kPlane{.size = {2, 3}, .strides = {1, 2}, .dilation = {2, 1}, .padding = Padding::same},
    kSpace{.size = {1, 2, 2}, .strides = {1, 2, 1}};

using enum Convolving::Part;
std::shared_ptr<Op> form(Convolving::Part made, const Window& w, Dim multiplier = 0, Shape more = {}) {
  return std::make_shared<Convolving>(made, w, multiplier, std::move(more));
}

const bool convolution_registered = register_op("convolution", [] {
  return std::vector<Example>{{form(kY, kTwo), {{{None, 5, 3}}, {{2, 3, 4}}}},
                              {form(kY, kSame), {{{None, 6, 2}}, {{3, 2, 4}}}},
                              {form(kY, kCausal), {{{None, 5, 3}}, {{2, 3, 4}}}},
                              {form(kY, kPlane), {{{None, 4, 5, 2}}, {{2, 3, 2, 6}}}},
                              {form(kY, kSpace), {{{None, 2, 3, 3, 2}}, {{1, 2, 2, 2, 4}}}},
                              {form(kY, {.size = {1}}), {{{None, 5, 3}}, {{1, 3, 4}}}},
                              {form(kY, kPlane, 1), {{{None, 4, 5, 6}}, {{2, 3, 6, 1}}}},
                              {form(kY, kTwo, 4), {{{None, 5, 3}}, {{2, 3, 4}}}}};
});
const bool convolution_transpose_registered = register_op("convolution_transpose", [] {
  return std::vector<Example>{{form(kX, kTwo, 0, {1}), {{{None, 5, 4}}, {{2, 3, 4}}}},
                              {form(kX, kSame, 0, {0}), {{{None, 3, 4}}, {{3, 2, 4}}}},
                              {form(kX, kSame), {{{None, 3, 4}}, {{3, 2, 4}}, {{None, 5, 2}}}},
                              {form(kX, kPlane, 0, {0, -1}), {{{None, 4, 3, 6}}, {{2, 3, 2, 6}}}},
                              {form(kX, {.size = {1}}, 0, {0}), {{{None, 5, 4}}, {{1, 3, 4}}}},
                              {form(kX, kPlane, 1, {0, -1}), {{{None, 4, 3, 6}}, {{2, 3, 6, 1}}}},
                              {form(kX, kTwo, 4, {1}), {{{None, 5, 12}}, {{2, 3, 4}}}}};
});
const bool convolution_kernel_registered = register_op("convolution_kernel_gradient", [] {
  return std::vector<Example>{{form(kKernel, kTwo), {{{None, 5, 3}}, {{None, 4, 6}}}},
                              {form(kKernel, kSame), {{{None, 5, 2}}, {{None, 3, 4}}}},
                              {form(kKernel, {.size = {1}}), {{{None, 5, 3}}, {{None, 5, 4}}}},
                              {form(kKernel, kTwo, 2), {{{None, 5, 3}}, {{None, 4, 6}}}}};
});

// more: null for convolution, else for its transpose.
Symbol made_of(const char* where, const Symbol& x, const Symbol& kernel, const ConvolutionOptions& o,
               bool depthwise, const Shape* more = nullptr) {
  LACUNA_REQUIRE(
      x.rank() >= 3 && x.rank() <= 5 && kernel.rank() == x.rank() && (!more || more->size() + 2 == x.rank()),
      where,
      ": x must be dense and have rank 3, 4 or 5 (batch, spatial axes and channels), the kernel the "
      "rank of x, and `more` a number for each spatial axis; to_dense(x) makes a csr x dense. Received: x=",
      x.spec(), ", kernel=", kernel.spec(), more ? text(", more=", to_string(*more)) : "", ".");
  const Shape& k = kernel.shape();
  LACUNA_REQUIRE(!depthwise || k.back() > 0, where,
                 ": the kernel must have a known multiplier. Received: kernel=", kernel.spec(), ".");
  const Window window{Shape(k.begin(), k.end() - 2), o.strides, o.dilation, o.padding};
  const auto op = form(more ? kX : kY, window, depthwise ? k.back() : 0, more ? *more : Shape{});
  return with_channels_last(x, o.channels_first, [&](const Symbol& turned) {
    return apply(op, {turned, kernel});
  });
}

}  // namespace

Symbol convolution(const Symbol& x, const Symbol& kernel, const ConvolutionOptions& options) {
  return made_of("convolution", x, kernel, options, false);
}
Symbol depthwise_convolution(const Symbol& x, const Symbol& kernel, const ConvolutionOptions& options) {
  return made_of("depthwise_convolution", x, kernel, options, true);
}
Symbol convolution_transpose(const Symbol& y, const Symbol& kernel, const Shape& more,
                             const ConvolutionOptions& options) {
  return made_of("convolution_transpose", y, kernel, options, false, &more);
}

}  // namespace lacuna
