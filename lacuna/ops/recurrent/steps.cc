// steps_as_rows and rows_as_steps: the same values, with the first two axes as one or the first axis as two.
//
//   dx = dy in the shape of x
#include "lacuna/ops/recurrent/steps.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/tensor/checked_sizes.h"

namespace lacuna {
namespace {

void set_steps_as_rows(Shape& shape) {
  const bool is_open = shape[0] == None || shape[1] == None;
  shape[0] = is_open ? None : checked_product("steps_as_rows", shape[0], shape[1]);
  shape.erase(shape.begin() + 1);
}

void set_rows_as_steps(Shape& shape, const Shape& like) {
  shape[0] = like[1];
  shape.insert(shape.begin(), like[0]);
}

struct StepsAsRows final : Op {
  std::string_view name() const override { return "steps_as_rows"; }
  std::string_view cost(const Rule&) const override { return kShared; }
  const Rules& rules() const override {
    static const Rules rules{{{{Storage::dense}, {Storage::dense}, run}}};
    return rules;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in[0].storage == Storage::dense && in[0].shape.size() >= 2,
                   "steps_as_rows: x must be dense, of shape (batch, time, …). Received: x=", in[0], ".");
    Spec y = in[0];
    set_steps_as_rows(y.shape);
    return {y};
  }
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    return {rows_as_steps(gradient_into(node, dy[0]), node.in(0))};
  }

 private:
  static void run(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const tensor::Dense& x = in[0]->dense();
    tensor::Dense& y = out[0]->dense();
    y.dtype = x.dtype;
    y.shape = x.shape;
    set_steps_as_rows(y.shape);
    y.data = Buffer::alias(x.data);
  }
};

struct RowsAsSteps final : Op {
  std::string_view name() const override { return "rows_as_steps"; }
  std::string_view cost(const Rule&) const override { return kShared; }
  const Rules& rules() const override {
    static const Rules rules{{{{Storage::dense, Storage::dense}, {Storage::dense}, run}}};
    return rules;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    rule_for(*this, in);
    const Shape &y = in[0].shape, &x = in[1].shape;
    LACUNA_REQUIRE(y.size() >= 1 && x.size() >= 2 &&
                       (y[0] == None || x[0] == None || x[1] == None || y[0] == x[0] * x[1]),
                   "rows_as_steps: y must have a row for each step of x. Received: y=", in[0], ", x=", in[1],
                   ".");
    Spec result = in[0];
    set_rows_as_steps(result.shape, x);
    return {result};
  }
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    return {wanted[0] ? steps_as_rows(gradient_into(node, dy[0])) : Symbol(), {}};
  }

 private:
  static void run(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const tensor::Dense &rows = in[0]->dense(), &x = in[1]->dense();
    LACUNA_REQUIRE(rows.shape[0] == x.shape[0] * x.shape[1],
                   "rows_as_steps: y must have a row for each step of x. Received: y=", in[0]->spec(),
                   ", x=", in[1]->spec(), ".");
    tensor::Dense& y = out[0]->dense();
    y.dtype = rows.dtype;
    y.shape = rows.shape;
    set_rows_as_steps(y.shape, x.shape);
    y.data = Buffer::alias(rows.data);
  }
};

const bool steps_as_rows_registered = register_op("steps_as_rows", [] {
  return std::vector<Example>{{std::make_shared<StepsAsRows>(), {{{None, 3, 2}}}}};
});
const bool rows_as_steps_registered = register_op("rows_as_steps", [] {
  const auto op = std::make_shared<RowsAsSteps>();
  return std::vector<Example>{{op, {{{None, 4}}, {{None, 1, 2}}}}, {op, {{{6, 4}}, {{3, 2, 5}}}}};
});

}  // namespace

Symbol steps_as_rows(const Symbol& x) { return apply(std::make_shared<StepsAsRows>(), {x}); }

Symbol rows_as_steps(const Symbol& y, const Symbol& x) {
  return apply(std::make_shared<RowsAsSteps>(), {y, x});
}

}  // namespace lacuna
