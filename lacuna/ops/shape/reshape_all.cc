// reshape_all: the same values in another shape, the batch included.
//
//   dx = dy in the shape of x
#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/shape/reshape.h"
#include "lacuna/ops/shape/reshape_csr.h"

namespace lacuna {
namespace {

struct ReshapeAll final : Op {
  explicit ReshapeAll(Shape t) : target(std::move(t)) {}

  std::string_view name() const override { return "reshape_all"; }
  std::string key() const override { return "reshape_all " + to_string(target); }

  std::string_view cost(const Rule& rule) const override {
    return rule.in[0] == Storage::csr ? "rows + non-zeros" : kShared;
  }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense}, {dense}, run_dense}, {{csr}, {csr}, run_csr}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec& x = in[0];
    const Storage out = rule_for(*this, in).out[0];
    LACUNA_REQUIRE(
        out != Storage::csr || target.size() == 2,
        "reshape: a csr matrix has rank 2; write reshape(to_dense(x), …) to store its zeros. Received: x=", x,
        ", target_shape=", to_string(target), ".");
    Dim values = 1;
    for (const Dim d : x.shape)
      if (values == None || d == None) values = None;
      else if (__builtin_mul_overflow(values, d, &values)) fail(to_string(x.shape));
    Spec y{target, x.dtype, out};
    fill(y.shape, values, [&] { return to_string(x.shape); });
    return {y};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    return {reshape_like(gradient_into(node, dy[0]), node.in(0))};
  }

  static void run_dense(const Op& op, Context&, std::span<const Tensor* const> in,
                        std::span<Tensor* const> out) {
    const tensor::Dense& x = in[0]->dense();
    tensor::Dense& y = out[0]->dense();
    y.dtype = x.dtype;
    y.shape = static_cast<const ReshapeAll&>(op).target;
    static_cast<const ReshapeAll&>(op).fill(y.shape, size_of(x.shape), [&] { return to_string(x.shape); });
    y.data = Buffer::alias(x.data);
  }

  static void run_csr(const Op& op, Context&, std::span<const Tensor* const> in,
                      std::span<Tensor* const> out) {
    const auto& self = static_cast<const ReshapeAll&>(op);
    const tensor::Csr& x = in[0]->csr();
    Dim values = 0, rows = self.target[0], columns = self.target[1];
    const auto shape = [&] { return text('(', x.rows, ", ", x.columns, ')'); };
    if (__builtin_mul_overflow(x.rows, x.columns, &values)) self.fail(shape());
    const Dim named = rows == -1 ? columns : rows;
    if (rows == -1 || columns == -1) {
      if (named == 0 || values % named) self.fail(shape());
      (rows == -1 ? rows : columns) = values / named;
    }
    cpu::reshape_csr("reshape", x, rows, columns, out[0]->csr());
  }

 private:
  [[noreturn]] void fail(const std::string& shape) const {
    throw InvalidArgument(
        "reshape: target_shape must hold as many values as x, fewer than 2^63. Received: x=", shape,
        ", target_shape=", to_string(target), ".");
  }

  // Fills in the -1 of a shape where the number of values is known.
  template <class Describe>
  void fill(Shape& shape, Dim values, const Describe& describe) const {
    Dim named = 1;
    for (const Dim d : shape)
      if (d != -1 && __builtin_mul_overflow(named, d, &named)) fail(describe());
    const auto free = std::ranges::find(shape, -1);
    if (values == None) return;
    if (free == shape.end() ? named != values : named == 0 || values % named) fail(describe());
    if (free != shape.end()) *free = values / named;
  }

  Shape target;
};

const bool reshape_all_registered = register_op("reshape_all", [] {
  const auto op = [](Shape target) { return std::make_shared<ReshapeAll>(std::move(target)); };
  return std::vector<Example>{{op({-1, 3}), {{{None, 6}}}},
                              {op({2, 12}), {{{4, 6}}}},
                              {op({12, -1}), {{{4, 6}}}},
                              {op({-1}), {{{None, 2, 3}}}},
                              {op({3, 2, -1}), {{{4, 6}}}}};
});

}  // namespace

Symbol reshape_all(const Symbol& x, const Shape& target) {
  require_target(target);
  return apply(std::make_shared<ReshapeAll>(target), {x});
}

}  // namespace lacuna
