// touched_rows: the rows of a table that some translated inputs name, each once.
//
//   dtable = dy
#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/translate.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

std::span<const int32_t> slots_of(const Tensor& translated) {
  if (translated.storage() == Storage::dense) return translated.dense().values<int32_t>();
  return translated.csr().indices.as<int32_t>().first(translated.csr().nonzeros());
}

void rows_of_slots(const Op&, Context& context, std::span<const Tensor* const> in,
                   std::span<Tensor* const> out) {
  const RowTable& table = in[0]->table();
  size_t entries = 0;
  for (const Tensor* translated : in.subspan(1)) entries += slots_of(*translated).size();
  // Slots that are not touched were drawn for a read: no rows of the table.
  const auto seen = context.scratch.zeros<uint8_t>(0, table.readable());
  const auto ids = context.scratch.get<int64_t>(1, std::min(entries, table.readable()));
  size_t count = 0;
  for (const Tensor* translated : in.subspan(1))
    for (const int32_t slot : slots_of(*translated)) {
      const auto s = static_cast<size_t>(slot);
      if (!table.touched(s) || seen[s]) continue;
      seen[s] = 1;
      ids[count++] = slot;
    }
  tensor::RowSparse& y = out[0]->row_sparse();
  y.shape = table.shape();
  y.shape[0] = static_cast<Dim>(table.readable());
  y.resize(y.shape, count, table.dtype());
  std::copy_n(ids.begin(), count, y.row_ids().begin());
  with_float("touched_rows", table.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* rows = table.rows<T>();
    T* to = y.values<T>().data();
    for (size_t i = 0; i < count; ++i) {
      const auto s = static_cast<size_t>(ids[i]);
      std::copy_n(rows + s * table.stride(), table.width(), to + i * table.width());
      seen[s] = 0;
    }
  });
}

struct TouchedRows final : Op {
  std::string_view name() const override { return "touched_rows"; }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{.rows = {{{row_table, csr}, {row_sparse}, rows_of_slots, {dense}}},
                             .repeats = true};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    for (const Spec& translated : in.subspan(1))
      require(translated.storage != Storage::dense || translated.dtype == DType::int32,
              "touched_rows: dense slots must be int32, as translate gives them. Received: ", translated,
              ".");
    Spec rows{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]};
    rows.shape[0] = None;  // The slots there are.
    return {rows};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    std::vector<Symbol> result(node.in().size());
    if (wanted[0]) result[0] = dy[0];
    return result;
  }
};

const bool registered = register_op("touched_rows", [] {
  const auto op = std::make_shared<TouchedRows>();
  return std::vector<Example>{{op, {{{7, 3}}, {{None, 7}}}}, {op, {{{7, 3}}, {{None, 7}}, {{None, 7}}}}};
});

}  // namespace

Symbol touched_rows(const Symbol& table, const std::vector<Symbol>& translated) {
  static const auto op = std::make_shared<TouchedRows>();
  std::vector<Symbol> in{table};
  in.insert(in.end(), translated.begin(), translated.end());
  return lacuna::apply(op, std::move(in));
}

}  // namespace lacuna
