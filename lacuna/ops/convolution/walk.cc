// The sizes of what a window makes.
#include "lacuna/ops/convolution/walk.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/rule.h"

namespace lacuna {

Padding padding_from_name(const std::string& where, const std::string& name, bool causal) {
  if (name == "valid") return Padding::valid;
  if (name == "same") return Padding::same;
  LACUNA_REQUIRE(causal && name == "causal", where, ": padding must be 'valid'",
                 causal ? ", 'same' or 'causal'" : " or 'same'", ". Received: padding='", name, "'.");
  return Padding::causal;
}

WindowOp::WindowOp(Window w) : window(std::move(w)) {
  const size_t n = spatial();
  bool fits = n >= 1 && n <= 3;
  for (Shape* list : {&window.size, &window.strides, &window.dilation}) {
    if (list->empty()) list->assign(n, 1);
    fits = fits && list->size() == n && std::ranges::all_of(*list, [](Dim d) { return d > 0; });
  }
  LACUNA_REQUIRE(fits,
                 "convolution: the sizes of the window, its strides and its dilation must be positive, one "
                 "number for each of one to three spatial axes. Received: window=",
                 to_string(window.size), ", strides=", to_string(window.strides),
                 ", dilation=", to_string(window.dilation), ".");
}

std::string WindowOp::key() const {
  return text(name(), ' ', to_string(window.size), to_string(window.strides), to_string(window.dilation),
              static_cast<int>(window.padding));
}

std::vector<Spec> WindowOp::infer(std::span<const Spec> in) const {
  rule_for(*this, in);
  Shapes shapes{};
  for (size_t i = 0; i < in.size(); ++i) {
    LACUNA_REQUIRE(in[i].shape.size() == spatial() + 2 && is_float(in[i].dtype) && in[i].dtype == in[0].dtype,
                   name(), ": operands must be of floats of one dtype and have rank ", spatial() + 2,
                   ". Received: ", in[i], " as operand ", i, ", after ", in[0], ".");
    shapes[i] = &in[i].shape;
  }
  Spec y{{}, in[0].dtype};
  set_shape(y.shape, shapes);
  return {y};
}

tensor::Dense& WindowOp::result(In in, Out out) const {
  Shapes shapes{};
  for (size_t i = 0; i < in.size(); ++i) shapes[i] = &in[i]->dense().shape;
  tensor::Dense& y = out[0]->dense();
  set_shape(y.shape, shapes);
  y.resize(y.shape, in[0]->dense().dtype);
  return y;
}

Dim WindowOp::out_of(size_t axis, Dim in) const {
  if (in == None) return None;
  const Dim stride = window.strides[axis], span = (window.size[axis] - 1) * window.dilation[axis] + 1;
  if (window.padding != Padding::valid) return (in + stride - 1) / stride;
  LACUNA_REQUIRE(
      in >= span, name(),
      ": the window must not be larger than x unless it is padded. Received: window=", to_string(window.size),
      ", dilation=", to_string(window.dilation), ", size of axis ", axis + 1, " of x=", in, ".");
  return (in - span) / stride + 1;
}

void WindowOp::set_y(Shape& y, const Shape& x, Dim channels) const {
  y.assign(x.begin(), x.end());
  for (size_t i = 0; i < spatial(); ++i) y[i + 1] = out_of(i, x[i + 1]);
  y.back() = channels;
}

void WindowOp::check_y(const Shape& x, const Shape& y, Dim channels) const {
  bool fits = is_same(x[0], y[0]) && is_same(channels, y.back());
  for (size_t i = 0; i < spatial(); ++i) fits = fits && is_same(out_of(i, x[i + 1]), y[i + 1]);
  LACUNA_REQUIRE(fits, name(),
                 ": y must have the sizes that the window makes of x. Received: x=", to_string(x),
                 ", y=", to_string(y), ", window=", to_string(window.size),
                 ", strides=", to_string(window.strides), ".");
}

Walk WindowOp::walk(const Shape& x) const {
  Walk result;
  result.batch = static_cast<size_t>(x[0]);
  for (size_t i = 0; i < spatial(); ++i) {
    const Dim in = x[i + 1], out = out_of(i, in), stride = window.strides[i], dilation = window.dilation[i];
    const Dim span = (window.size[i] - 1) * dilation + 1;
    Dim before = 0;
    if (window.padding == Padding::causal) before = span - 1;
    if (window.padding == Padding::same) before = std::max<Dim>(0, (out - 1) * stride + span - in) / 2;
    const auto size = [](Dim d) { return static_cast<size_t>(d); };
    result.axes[3 - spatial() + i] = {size(in),     size(out),      size(window.size[i]),
                                      size(stride), size(dilation), size(before)};
  }
  return result;
}

}  // namespace lacuna
