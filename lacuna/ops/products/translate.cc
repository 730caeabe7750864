// translate: ids to slots of a row_table, whose rows are created before the forward pass reads them.
//
//   dx = dy with the ids of x: the values are the same
#include "lacuna/ops/products/translate.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"

namespace lacuna {

namespace cpu {  // translate_cpu.cc
void translate_csr(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
void translate_dense(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
void translate_ids(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
void translate_gradient_csr(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
void translate_gradient_dense(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
}  // namespace cpu

namespace {

// (dy, x) -> dx. dy has an entry for each entry of y, in the same order.
struct TranslateGradient final : Op {
  std::string_view name() const override { return "translate_gradient"; }

  std::string_view cost(const Rule&) const override { return kShared; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{csr, csr}, {csr}, cpu::translate_gradient_csr},
        {{csr, dense}, {dense}, cpu::translate_gradient_dense},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{in[1].shape, in[1].dtype, rule_for(*this, in).out[0]}};
  }
};

struct Translate final : Op {
  std::string_view name() const override { return "translate"; }
  bool looks_up(size_t input) const override { return input == 1; }

  std::string_view cost(const Rule& rule) const override {
    return rule.in[0] == Storage::csr ? "rows + non-zeros + rows made × units"
                                      : "elements + rows made × units";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // x    table       slots
        {{csr, row_table}, {csr}, cpu::translate_csr},
        {{dense, row_table}, {csr}, cpu::translate_dense},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &table = in[1];
    LACUNA_REQUIRE(x.shape.size() == 2 && is_float(x.dtype),
                   "translate: x must be a matrix of a float dtype. Received: x=", x, ".");
    LACUNA_REQUIRE(x.shape[1] == table.shape[0] || x.shape[1] == None,
                   "translate: columns of x must equal rows of the table. Received: x=", x, ", table=", table,
                   ".");
    return {{{x.shape[0], None}, x.dtype, rule_for(*this, in).out[0]}};  // As many columns as slots.
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    static const auto op = std::make_shared<TranslateGradient>();
    return {wanted[0] ? apply(op, {dy[0], node.in(0)}) : Symbol{}, {}};
  }
};

struct TranslateIds final : Flat<> {
  std::string_view name() const override { return "translate_ids"; }
  bool looks_up(size_t input) const override { return input == 1; }

  std::string_view cost(const Rule&) const override { return "ids + rows made × units"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, row_table}, {dense}, cpu::translate_ids}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in[0].dtype == DType::int32 || in[0].dtype == DType::int64,
                   "translate_ids: ids must be integers (int32 or int64). Received: ids=", in[0], ".");
    return {{in[0].shape, DType::int32, rule_for(*this, in).out[0]}};
  }
};

const bool translate_registered = register_op("translate", [] {
  return std::vector<Example>{{std::make_shared<Translate>(), {{{None, 7}}, {{7, 3}}}}};
});
const bool translate_ids_registered = register_op("translate_ids", [] {
  return std::vector<Example>{
      {std::make_shared<TranslateIds>(), {{{None, 4}, DType::int64, Values::ids, 7}, {{7, 3}}}}};
});
// No examples: two random tensors never have the same pattern.
const bool translate_gradient_registered =
    register_op("translate_gradient", [] { return std::vector<Example>{}; });

}  // namespace

Symbol translate(const Symbol& x, const Symbol& table) {
  static const auto floats = std::make_shared<Translate>();
  static const auto ids = std::make_shared<TranslateIds>();
  if (x.storage() == Storage::dense && !is_float(x.dtype())) return apply(ids, {x, table});
  return apply(floats, {x, table});
}

}  // namespace lacuna
