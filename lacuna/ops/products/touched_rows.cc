// touched_rows: the rows of a table that some translated inputs name, each once.
// ever_touched_rows: in training all rows that were ever touched; the inputs only ensure that the rows of
// this batch are among them. Outside of training all rows that are not zero, with the values that training
// would have given them.
//
//   dtable = dy
#include <numeric>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/products/translate.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

// Calls f(slots) for each translated input; for a view of some rows, only with their slots.
template <class F>
void each_input(std::span<const Tensor* const> translated, const F& f) {
  for (const Tensor* x : translated) {
    if (x->storage() == Storage::dense) {
      f(x->dense().values<int32_t>());
      continue;
    }
    with_index(x->csr(), [&](auto indices, auto indptr) {
      const size_t nonzeros = x->csr().nonzeros();
      f(indices.subspan(nonzeros ? static_cast<size_t>(indptr[0]) : 0, nonzeros));
    });
  }
}

void copy_rows(const RowTable& table, std::span<const int64_t> slots, tensor::RowSparse& to) {
  to.shape = table.shape();
  to.shape[0] = static_cast<Dim>(table.readable());
  to.resize(to.shape, slots.size(), table.dtype());
  std::ranges::copy(slots, to.row_ids().begin());
  with_float("touched_rows", table.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* rows = table.rows<T>();
    T* values = to.values<T>().data();
    for (size_t i = 0; i < slots.size(); ++i)
      std::copy_n(rows + static_cast<size_t>(slots[i]) * table.stride(), table.width(),
                  values + i * table.width());
  });
}

void rows_of_table(const Op&, Context& context, std::span<const Tensor* const> in,
                   std::span<Tensor* const> out) {
  RowTable& table = in[0]->table();
  const Dim rows = table.shape()[0];
  const bool countable = rows < Dim{1} << 31;  // Training throws where there are more.
  if (!context.training && countable && !table.others_are_zero()) {
    const auto count = static_cast<size_t>(rows);
    const auto ids = context.scratch.get<int64_t>(0, count);
    const auto places = context.scratch.get<int32_t>(1, count);
    std::iota(ids.begin(), ids.end(), 0);
    table.read(std::span<const int64_t>(ids), places);
    std::ranges::copy(places, ids.begin());
    return copy_rows(table, ids, out[0]->row_sparse());
  }
  const auto slots = context.scratch.get<int64_t>(0, table.slots());
  size_t count = 0;
  for (size_t s = 0; s < table.slots(); ++s)
    if (table.touched(s)) slots[count++] = static_cast<int64_t>(s);
  copy_rows(table, slots.first(count), out[0]->row_sparse());
}

void rows_of_slots(const Op&, Context& context, std::span<const Tensor* const> in,
                   std::span<Tensor* const> out) {
  const RowTable& table = in[0]->table();
  size_t entries = 0;
  each_input(in.subspan(1), [&](auto slots) { entries += slots.size(); });
  const auto seen = context.scratch.zeros<uint8_t>(0, table.readable());
  const auto ids = context.scratch.get<int64_t>(1, std::min(entries, table.readable()));
  size_t count = 0;
  each_input(in.subspan(1), [&](auto slots) {
    for (const auto slot : slots) {
      const auto s = static_cast<size_t>(slot);
      if (seen[s]) continue;
      seen[s] = 1;
      ids[count++] = static_cast<int64_t>(slot);
    }
  });
  for (const int64_t slot : ids.first(count)) seen[static_cast<size_t>(slot)] = 0;
  copy_rows(table, ids.first(count), out[0]->row_sparse());
}

struct TouchedRows final : Op {
  explicit TouchedRows(bool ever_) : ever(ever_) {}
  bool ever;
  std::string_view name() const override { return ever ? "ever_touched_rows" : "touched_rows"; }

  std::string_view cost(const Rule&) const override {
    return ever ? "rows there are + rows touched × units"
                : "slots + rows touched × units; memory for all rows there are";
  }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules batch{.rows = {{{row_table, csr}, {row_sparse}, rows_of_slots, {dense}}},
                             .repeats = true},
        all{.rows = {{{row_table, csr}, {row_sparse}, rows_of_table, {dense}}}, .repeats = true};
    return ever ? all : batch;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    for (const Spec& translated : in.subspan(1))
      LACUNA_REQUIRE(translated.storage != Storage::dense || translated.dtype == DType::int32, name(),
                     ": dense slots must be int32, as translate gives them. Received: ", translated, ".");
    Spec rows{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]};
    rows.shape[0] = None;  // The number of slots in the run.
    return {rows};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    std::vector<Symbol> result(node.in().size());
    if (wanted[0]) result[0] = dy[0];
    return result;
  }
};

std::vector<Example> examples(bool ever) {
  const auto op = std::make_shared<TouchedRows>(ever);
  return {{op, {{{7, 3}}, {{None, 7}}}}, {op, {{{7, 3}}, {{None, 7}}, {{None, 7}}}}};
}
const bool touched_rows_registered = register_op("touched_rows", [] { return examples(false); }),
           touched_rows_ever_registered = register_op("ever_touched_rows", [] { return examples(true); });

Symbol rows(std::shared_ptr<const TouchedRows> op, const Symbol& table,
            const std::vector<Symbol>& translated) {
  std::vector<Symbol> in{table};
  in.insert(in.end(), translated.begin(), translated.end());
  return lacuna::apply(std::move(op), std::move(in));
}

}  // namespace

Symbol touched_rows(const Symbol& table, const std::vector<Symbol>& translated) {
  static const auto op = std::make_shared<TouchedRows>(false);
  return rows(op, table, translated);
}

Symbol ever_touched_rows(const Symbol& table, const std::vector<Symbol>& translated) {
  static const auto op = std::make_shared<TouchedRows>(true);
  return rows(op, table, translated);
}

}  // namespace lacuna
