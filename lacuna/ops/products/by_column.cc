// by_column: the columns in which a csr matrix has entries (ids), and its entries grouped by them, E = (A[:,
// ids])ᵀ, csr; so row ids[i] of dot_t(A, B) is E[i, :] B. by_id: the same for the matrix with a 1 at each
// (place, id), with which take_t multiplies.
#include "lacuna/ops/products/by_column.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/tensor/checked_sizes.h"

namespace lacuna {

namespace cpu {  // by_column_cpu.cc
void by_column(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
void by_id(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
}  // namespace cpu

namespace {

std::vector<Spec> specs(Dim rows, DType dtype) {
  return {{{None}, DType::int64, Storage::dense}, {{None, rows}, dtype, Storage::csr}};
}

struct ByColumn final : Op {
  std::string_view name() const override { return "by_column"; }

  std::string_view cost(const Rule&) const override { return "rows + non-zeros; memory for all columns"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{csr}, {dense, csr}, cpu::by_column}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    rule_for(*this, in);
    LACUNA_REQUIRE(is_float(in[0].dtype), "by_column: a must have a float dtype. Received: a=", in[0], ".");
    return specs(in[0].shape[0], in[0].dtype);
  }
};

// (ids, W). Of W only the number of rows and the dtype are read.
struct ById final : Flat<> {
  std::string_view name() const override { return "by_id"; }

  std::string_view cost(const Rule&) const override { return "ids; memory for all rows of w"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, dense}, {dense, csr}, cpu::by_id},
        {{dense, row_table}, {dense, csr}, cpu::by_id},  // ids are slots: see translate
    }};
    return rules;
  }

  int rows_named_by(size_t input) const override { return input == 1 ? kNoRows : kAllRows; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    rule_for(*this, in);
    const Spec &ids = in[0], &w = in[1];
    LACUNA_REQUIRE(
        (ids.dtype == DType::int32 || ids.dtype == DType::int64) && !w.shape.empty() && is_float(w.dtype),
        "by_id: ids must be integers (int32 or int64), w have rows and a float dtype. Received: ids=", ids,
        ", w=", w, ".");
    Dim places = 1;
    for (const Dim d : ids.shape)
      places = d == None || places == None ? None : checked_product("by_id", places, d);
    return specs(places, w.dtype);
  }
};

const bool by_column_registered = register_op("by_column", [] {
  return std::vector<Example>{{std::make_shared<ByColumn>(), {{{None, 7}}}},
                              {std::make_shared<ByColumn>(), {{{None, 40}}}}};
});
const bool by_column_id_registered = register_op("by_id", [] {
  const auto op = std::make_shared<ById>();
  return std::vector<Example>{{op, {{{None, 4}, DType::int32, Values::ids, 5}, {{5, 3}}}},
                              {op, {{{None}, DType::int64, Values::ids, 9}, {{9, 2}}}}};
});

}  // namespace

ColumnEntries by_column(const Symbol& a) {
  static const auto op = std::make_shared<ByColumn>();
  const auto node = apply_node(op, {a});
  return {{node, 0}, {node, 1}};
}

ColumnEntries by_id(const Symbol& ids, const Symbol& w) {
  static const auto op = std::make_shared<ById>();
  const auto node = apply_node(op, {ids, w});
  return {{node, 0}, {node, 1}};
}

}  // namespace lacuna
