// select: positions of one axis by id, y[…, i, …] = x[…, ids[i], …].
//
//   dx[…, ids[i], …] += dy[…, i, …]      at the entries of a csr x
#include "lacuna/ops/shape/select.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/axis_op.h"
#include "lacuna/ops/parts/gradient_at.h"

namespace lacuna {

namespace cpu {  // select_cpu.cc
using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;
void select_dense(const Op&, Context&, In, Out);
void select_csr(const Op&, Context&, In, Out);
void select_gradient_dense(const Op&, Context&, In, Out);
void select_gradient_csr(const Op&, Context&, In, Out);
}  // namespace cpu

namespace {

// (dy, ids, x) -> dx. Of x only the shape and the pattern are read.
struct SelectGradient final : AxisOp {
  using AxisOp::AxisOp;
  std::string_view name() const override { return "select_gradient"; }

  std::string_view cost(const Rule& rule) const override {
    if (rule.in[0] == Storage::dense) return "elements";
    return axis == 0 ? "along axis 0 non-zeros of x + those of the rows taken"
                     : "along axis 1 n log n of ids + rows + non-zeros × log(ids) + entries taken × "
                       "log(entries of a row)";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, dense, dense}, {dense}, cpu::select_gradient_dense},
        {{csr, dense, csr}, {csr}, cpu::select_gradient_csr},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{in[2].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }
};

struct Select final : AxisOp {
  using AxisOp::AxisOp;
  std::string_view name() const override { return "select"; }

  std::string_view cost(const Rule& rule) const override {
    if (rule.in[0] == Storage::dense) return "elements of the result";
    return axis == 0 ? "along axis 0 ids + non-zeros of the rows taken"
                     : "along axis 1 n log n of ids + rows + non-zeros × log(ids) + entries taken × "
                       "log(entries of a row)";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // x     ids       y
        {{dense, dense}, {dense}, cpu::select_dense},
        {{csr, dense}, {csr}, cpu::select_csr},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &ids = in[1];
    LACUNA_REQUIRE(axis < x.shape.size(), "select: axis must be below the rank of x. Received: axis=", axis,
                   ", x=", x, ".");
    LACUNA_REQUIRE((ids.dtype == DType::int32 || ids.dtype == DType::int64) && ids.shape.size() == 1,
                   "select: ids must be integers (int32 or int64) of rank 1. Received: ids=", ids, ".");
    Spec y{x.shape, x.dtype, rule_for(*this, in).out[0]};
    y.shape[axis] = ids.shape[0];
    return {y};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    if (!wanted[0] || !is_float(node.in(0).dtype())) return {{}, {}};
    return {
        apply(std::make_shared<SelectGradient>(axis), {gradient_into(node, dy[0]), node.in(1), node.in(0)}),
        {}};
  }
};

const bool select_registered = register_op("select", [] {
  const auto op = [](size_t axis) { return std::make_shared<Select>(axis); };
  return std::vector<Example>{{op(0), {{{6, 4}}, {{None}, DType::int32, Values::ids, 6}}},
                              {op(0), {{{6, 4}}, {{9}, DType::int64, Values::ids, 6}}},
                              {op(1), {{{None, 5}}, {{7}, DType::int64, Values::ids, 5}}},
                              {op(1), {{{None, 5, 2}}, {{3}, DType::int32, Values::ids, 5}}}};
});
const bool select_gradient_registered = register_op("select_gradient", [] {
  const auto op = [](size_t axis) { return std::make_shared<SelectGradient>(axis); };
  return std::vector<Example>{{op(1), {{{None, 3}}, {{3}, DType::int64, Values::ids, 5}, {{None, 5}}}},
                              {op(0), {{{7, 4}}, {{7}, DType::int32, Values::ids, 6}, {{6, 4}}}}};
});

}  // namespace

Symbol select(const Symbol& x, const Symbol& ids, int axis) {
  const int rank = static_cast<int>(x.rank());
  LACUNA_REQUIRE(axis >= -rank && axis < rank, "select: axis must be in [", -rank, ", ", rank,
                 "). Received: axis=", axis, ", x=", x.spec(), ".");
  return apply(std::make_shared<Select>(static_cast<size_t>(axis < 0 ? axis + rank : axis)), {x, ids});
}

}  // namespace lacuna
