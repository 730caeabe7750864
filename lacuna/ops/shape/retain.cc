// retain: rows of x with an id among `ids`.
//
//   dx = dy at those rows, 0 at the others that x stores
#include "lacuna/ops/shape/retain.h"

#include <cstring>

#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/parts/row_index.h"

namespace lacuna {
namespace {

void run(const Op&, Context& context, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::RowSparse& x = in[0]->row_sparse();
  tensor::RowSparse& y = out[0]->row_sparse();
  const RowIndex index(context.scratch, 0, x.row_ids());
  const auto kept = context.scratch.get<uint8_t>(1, x.row_ids().size());
  std::fill(kept.begin(), kept.end(), 0);
  size_t count = 0;
  with_ids("retain", in[1]->dense(), [&](auto ids) {
    if (const size_t k = first_out_of_range(ids, x.shape[0]); k < ids.size()) [[unlikely]]
      throw OutOfRange("retain: ids must name rows of x. Received: ids[", k, "]=", ids[k],
                       ", x=", in[0]->spec(), ".");
    for (const auto id : ids)
      if (const int32_t at = index[id]; at >= 0 && !kept[static_cast<size_t>(at)])
        kept[static_cast<size_t>(at)] = 1, ++count;
  });
  y.resize(x.shape, count, x.dtype);
  const size_t row = x.width() * size_of(x.dtype);
  for (size_t i = 0, to = 0; i < kept.size(); ++i) {
    if (!kept[i]) continue;
    y.row_ids()[to] = x.row_ids()[i];
    if (row) std::memcpy(y.data.data() + to * row, x.data.data() + i * row, row);
    ++to;
  }
}

struct Retain final : Op {
  std::string_view name() const override { return "retain"; }

  std::string_view cost(const Rule&) const override { return "stored rows + ids + rows kept × units"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{row_sparse, dense}, {row_sparse}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in[1].dtype == DType::int32 || in[1].dtype == DType::int64, name(),
                   ": ids must be int32 or int64. Received: ids=", in[1], ".");
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    const Symbol &x = node.in(0), y = apply(node.shared_op(), {x, node.in(1)});
    return {wanted[0] ? broadcast_at(broadcast_at(dy[0], y), x) : Symbol{}, {}};
  }
};

const bool retain_registered = register_op("retain", [] {
  const auto op = std::make_shared<Retain>();
  return std::vector<Example>{{op, {{{7, 3}}, {{None}, DType::int64, Values::ids, 7}}},
                              {op, {{{7, 3, 2}}, {{None, 2}, DType::int32, Values::ids, 7}}}};
});

}  // namespace

Symbol retain(const Symbol& x, const Symbol& ids) {
  static const auto op = std::make_shared<Retain>();
  return apply(op, {x, ids});
}

}  // namespace lacuna
