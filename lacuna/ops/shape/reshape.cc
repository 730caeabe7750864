// reshape and related ops: the same values in another shape, in the same memory.
//
//   dx = dy in the shape of x
#include "lacuna/ops/shape/reshape.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/shape/reshape_csr.h"
#include "lacuna/tensor/checked_sizes.h"

namespace lacuna {
namespace {

// The base of these ops: change() turns the shape of x into that of the result, in place; before a run
// dimensions may be None.
struct Reshaping : Op {
  virtual void change(Shape& shape) const = 0;

  std::string_view cost(const Rule&) const override { return kShared; }
  const Rules& rules() const override {
    static const Rules rules{{{{Storage::dense}, {Storage::dense}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in[0].storage != Storage::csr, name(),
                   ": a csr matrix has rank 2 and keeps its batch here; write ", name(),
                   "(to_dense(x), …) to store its zeros. Received: x=", in[0], ".");
    Spec y{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]};
    change(y.shape);
    return {y};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    return {reshape_like(gradient_into(node, dy[0]), node.in(0))};
  }

 private:
  static void run(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const tensor::Dense& x = in[0]->dense();
    tensor::Dense& y = out[0]->dense();
    y.dtype = x.dtype;
    y.shape = x.shape;
    static_cast<const Reshaping&>(op).change(y.shape);
    y.data = Buffer::alias(x.data);
  }
};

struct Reshape final : Reshaping {
  explicit Reshape(Shape t) : target(std::move(t)) {}

  std::string_view name() const override { return "reshape"; }
  std::string key() const override { return "reshape " + to_string(target); }

  void change(Shape& shape) const override {
    LACUNA_REQUIRE(!shape.empty(), "reshape: x must have rank 1 or more, the batch first. Received: x=().");
    Dim values = 1, named = 1;  // values is None while a dimension is unknown.
    for (size_t i = 1; i < shape.size(); ++i)
      values = values == None || shape[i] == None ? None : checked_product("reshape", values, shape[i]);
    bool free = false;
    for (const Dim d : target) {
      if (d == -1) free = true;
      else named = checked_product("reshape", named, d);
    }
    const bool fits = values == None || (free ? named > 0 && values % named == 0 : named == values);
    LACUNA_REQUIRE(fits,
                   "reshape: target_shape must hold as many values as x without the batch. Received: x=",
                   to_string(shape), ", target_shape=", to_string(target), ".");
    shape.erase(shape.begin() + 1, shape.end());
    shape.insert(shape.end(), target.begin(), target.end());
    if (free && values != None) *std::find(shape.begin() + 1, shape.end(), -1) = values / named;
  }

  Shape target;
};

struct ExpandDims final : Reshaping {
  explicit ExpandDims(size_t a) : axis(a) {}
  std::string_view name() const override { return "expand_dims"; }
  std::string key() const override { return text("expand_dims ", axis); }
  void change(Shape& shape) const override {
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  }
  size_t axis;
};

struct Squeeze final : Reshaping {
  explicit Squeeze(size_t a) : axis(a) {}
  std::string_view name() const override { return "squeeze"; }
  std::string key() const override { return text("squeeze ", axis); }
  void change(Shape& shape) const override {
    LACUNA_REQUIRE(
        shape[axis] != 0,
        "squeeze: the axis must have size 1, and is empty; of x[i], i must be a place of x. Received: x=",
        to_string(shape), ", axis=", axis, ".");
    LACUNA_REQUIRE(shape[axis] == 1 || shape[axis] == None,
                   "squeeze: the axis must have size 1. Received: x=", to_string(shape), ", axis=", axis,
                   ".");
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  }
  size_t axis;
};

void run_like_csr(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  cpu::reshape_csr("reshape_like", in[0]->csr(), in[1]->csr().rows, in[1]->csr().columns, out[0]->csr());
}

void run_like(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense &x = in[0]->dense(), &like = in[1]->dense();
  LACUNA_REQUIRE(x.size() == like.size(),
                 "reshape_like: x must have as many values as like. Received: x=", x.size(),
                 " values, like=", like.size(), " values.");
  tensor::Dense& y = out[0]->dense();
  y.dtype = x.dtype;
  y.shape = like.shape;
  y.data = Buffer::alias(x.data);
}

struct ReshapeLike final : Op {
  std::string_view name() const override { return "reshape_like"; }

  std::string_view cost(const Rule& rule) const override {
    return rule.in[0] == Storage::csr ? "rows + non-zeros" : kShared;
  }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense}, {dense}, run_like}, {{csr, csr}, {csr}, run_like_csr}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{in[1].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    return {wanted[0] ? reshape_like(gradient_into(node, dy[0]), node.in(0)) : Symbol{}, {}};
  }
};

// The axis counted from the front of a shape with that rank.
size_t place_of(const char* where, int axis, size_t rank, const Symbol& x) {
  const int n = static_cast<int>(rank);
  LACUNA_REQUIRE(axis >= -n && axis < n, where, ": axis must be in [", -n, ", ", n,
                 "). Received: axis=", axis, ", x=", x.spec(), ".");
  return static_cast<size_t>(axis < 0 ? axis + n : axis);
}

const bool reshape_registered = register_op("reshape", [] {
  return std::vector<Example>{{std::make_shared<Reshape>(Shape{3, 2}), {{{None, 6}}}},
                              {std::make_shared<Reshape>(Shape{4, -1}), {{{None, 2, 6}}}}};
});
const bool reshape_like_registered = register_op("reshape_like", [] {
  return std::vector<Example>{{std::make_shared<ReshapeLike>(), {{{None, 6}}, {{None, 2, 3}}}},
                              {std::make_shared<ReshapeLike>(), {{{6, 4}}, {{3, 8}}}}};
});
const bool reshape_expand_registered = register_op("expand_dims", [] {
  return std::vector<Example>{{std::make_shared<ExpandDims>(1), {{{None, 6}}}}};
});
const bool reshape_squeeze_registered = register_op("squeeze", [] {
  return std::vector<Example>{{std::make_shared<Squeeze>(1), {{{None, 1, 6}}}}};
});

}  // namespace

void require_target(const Shape& target) {
  size_t free = 0;
  for (const Dim d : target) {
    free += d == -1;
    LACUNA_REQUIRE(d >= -1,
                   "reshape: dimensions must not be negative, but for one -1. Received: target_shape=",
                   to_string(target), ".");
  }
  LACUNA_REQUIRE(free <= 1, "reshape: one dimension may be -1. Received: target_shape=", to_string(target),
                 ".");
}

Symbol reshape(const Symbol& x, const Shape& target) {
  require_target(target);
  if (x.storage() == Storage::csr && target.size() == 1 && (target[0] == -1 || target[0] == x.shape()[1]))
    return x;
  return apply(std::make_shared<Reshape>(target), {x});
}

Symbol flatten(const Symbol& x) {
  if (x.rank() == 2) return x;  // csr too
  return reshape(x, {-1});
}

Symbol reshape_like(const Symbol& x, const Symbol& like) {
  static const auto op = std::make_shared<ReshapeLike>();
  return apply(op, {x, like});
}

Symbol expand_dims(const Symbol& x, int axis) {
  return apply(std::make_shared<ExpandDims>(place_of("expand_dims", axis, x.rank() + 1, x)), {x});
}

Symbol squeeze(const Symbol& x, int axis) {
  return apply(std::make_shared<Squeeze>(place_of("squeeze", axis, x.rank(), x)), {x});
}

}  // namespace lacuna
