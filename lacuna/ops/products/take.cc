// take: rows of a weight by id, Y[i…, :] = W[ids[i…], :].
//
//   dW = take_t(ids, dY): row_sparse, a row for each id that occurs
#include "lacuna/ops/products/take.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/products/by_column.h"

namespace lacuna {

namespace cpu {  // take_cpu.cc
void take(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
void take_t(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
}  // namespace cpu

namespace {

void check(const char* where, const Spec& w, const Spec& ids) {
  LACUNA_REQUIRE(w.shape.size() >= 2 && is_float(w.dtype), where,
                 ": w must have rank 2 or more and a float dtype. Received: w=", w, ".");
  LACUNA_REQUIRE(ids.dtype == DType::int32 || ids.dtype == DType::int64, where,
                 ": ids must be integers (int32 or int64). Received: ids=", ids, ".");
}

// (ids, dY, W) -> dW. Of W only the shape is read.
struct TakeT final : Op {
  std::string_view name() const override { return "take_t"; }

  std::string_view cost(const Rule&) const override { return "ids × units; memory for all rows of w"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, dense, dense}, {row_sparse}, cpu::take_t},
        {{dense, dense, row_table}, {row_sparse}, cpu::take_t},  // ids are slots: see translate
    }};
    return rules;
  }

  int rows_named_by(size_t input) const override { return input == 2 ? kNoRows : kAllRows; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &ids = in[0], &dy = in[1], &w = in[2];
    check("take_t", w, ids);
    LACUNA_REQUIRE(
        dy.dtype == w.dtype && dy.shape.size() == ids.shape.size() + w.shape.size() - 1,
        "take_t: dy must have the shape of ids, then of a row of w, and the dtype of w. Received: ids=", ids,
        ", dy=", dy, ", w=", w, ".");
    Spec dw{w.shape, w.dtype, rule_for(*this, in).out[0]};
    if (w.storage == Storage::row_table) dw.shape[0] = None;  // The number of slots in the run.
    return {dw};
  }

  FormedGradient<Symbol> factors(const Node& node) const override {
    const Shape& shape = node.out()[0].shape;
    if (size_of({shape.begin() + 1, shape.end()}) < kWideRows) return {};
    const ColumnEntries ordered = by_id(node.in(0), node.in(2));
    return FormedGradient<Symbol>::row_factors(ordered.ids, ordered.entries, node.in(1));
  }
};

struct Take final : Op {
  std::string_view name() const override { return "take"; }

  std::string_view cost(const Rule&) const override { return "ids × units"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // W      ids       Y
        {{dense, dense}, {dense}, cpu::take},
        {{row_table, dense}, {dense}, cpu::take},  // ids are slots: see translate
    }};
    return rules;
  }

  int rows_named_by(size_t input) const override { return input == 0 ? 1 : kAllRows; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &w = in[0], &ids = in[1];
    check("take", w, ids);
    Shape shape = ids.shape;
    shape.insert(shape.end(), w.shape.begin() + 1, w.shape.end());
    return {{shape, w.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    static const auto op = std::make_shared<TakeT>();
    return {wanted[0] ? apply(op, {node.in(1), dy[0], node.in(0)}) : Symbol{}, {}};
  }
};

const bool take_registered = register_op("take", [] {
  const auto op = std::make_shared<Take>();
  return std::vector<Example>{{op, {{{5, 3}}, {{None}, DType::int32, Values::ids, 5}}},
                              {op, {{{9, 40}}, {{None, 4}, DType::int64, Values::ids, 9}}},
                              {op, {{{5, 2, 3}}, {{None, 4}, DType::int32, Values::ids, 5}}}};
});
const bool take_t_registered = register_op("take_t", [] {
  const auto op = std::make_shared<TakeT>();
  return std::vector<Example>{{op, {{{None, 4}, DType::int32, Values::ids, 5}, {{None, 4, 3}}, {{5, 3}}}},
                              {op, {{{None, 4}, DType::int64, Values::ids, 9}, {{None, 4, 40}}, {{9, 40}}}}};
});

}  // namespace

Symbol take(const Symbol& w, const Symbol& ids) {
  static const auto op = std::make_shared<Take>();
  return apply(op, {w, ids});
}

}  // namespace lacuna
