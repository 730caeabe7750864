// slice: positions start, start + step, … of one axis.
//
//   dx = dy at those positions, 0 elsewhere; at the entries of a csr x
#include "lacuna/ops/shape/slice.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/parts/range.h"

namespace lacuna {

namespace cpu {  // slice_cpu.cc
void slice_dense(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
void slice_csr(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
void slice_gradient_dense(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
void slice_gradient_csr(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
}  // namespace cpu

namespace {

// (dy, x) -> dx. Of x only the shape and the pattern are read.
struct SliceGradient final : RangeOp {
  using RangeOp::RangeOp;
  std::string_view name() const override { return "slice_gradient"; }

  std::string_view cost(const Rule& rule) const override { return rows_and_stored(rule.in[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, dense}, {dense}, cpu::slice_gradient_dense},
        {{csr, csr}, {csr}, cpu::slice_gradient_csr},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{in[1].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }
};

struct Slice final : RangeOp {
  using RangeOp::RangeOp;
  std::string_view name() const override { return "slice"; }

  std::string_view cost(const Rule& rule) const override { return slice_cost(rule); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense}, {dense}, cpu::slice_dense},
        {{csr}, {csr}, cpu::slice_csr},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    Spec y{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]};
    Dim& size = y.shape[range.axis];
    if (size != None) size = range.of(size).count;
    return {y};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    // gradient_into drops the gradient of elements that a csr result does not store.
    return {apply(std::make_shared<SliceGradient>(range), {gradient_into(node, dy[0]), node.in(0)})};
  }
};

const bool slice_registered = register_op("slice", [] {
  const auto op = [](Range range) { return std::make_shared<Slice>(range); };
  return std::vector<Example>{{op({1, 1, 4, 1}), {{{None, 5}}}},
                              {op({1, -4, INT64_MAX, 2}), {{{None, 6}}}},
                              {op({0, 1, INT64_MAX, 2}), {{{None, 4}}}},
                              {op({1, 3, 3, 1}), {{{None, 4}}}},
                              {op({0, INT64_MAX, INT64_MIN, -1}), {{{None, 4}}}},
                              {op({1, -1, 0, -2}), {{{None, 6}}}}};
});
const bool slice_gradient_registered = register_op("slice_gradient", [] {
  return std::vector<Example>{
      {std::make_shared<SliceGradient>(Range{1, 1, 4, 2}), {{{None, 2}}, {{None, 5}}}}};
});

}  // namespace

Symbol slice(const Symbol& x, int axis, int64_t start, int64_t stop, int64_t step) {
  const int rank = static_cast<int>(x.rank());
  LACUNA_REQUIRE(axis >= -rank && axis < rank, "slice: axis must be in [", -rank, ", ", rank,
                 "). Received: axis=", axis, ", x=", x.spec(), ".");
  LACUNA_REQUIRE(step != 0, "slice: step must not be 0. Received: step=", step, ".");
  return apply(
      std::make_shared<Slice>(Range{static_cast<size_t>(axis < 0 ? axis + rank : axis), start, stop, step}),
      {x});
}

}  // namespace lacuna
