// New values of several variables at once.
#include "lacuna/graph/assignment.h"

#include <cstring>
#include <numeric>

#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

// All rows of a table, with their ids.
tensor::RowSparse all_rows(const tensor::Dense& values) {
  tensor::RowSparse rows{.dtype = values.dtype, .shape = values.shape, .data = values.data};
  rows.ids.resize(static_cast<size_t>(values.shape[0]) * sizeof(int64_t));
  std::iota(rows.row_ids().begin(), rows.row_ids().end(), 0);
  return rows;
}

// The value in the variable's dtype and storage.
Tensor fitted(const Assignment& one) {
  const Spec& spec = one.variable->spec();
  LACUNA_REQUIRE(one.value.shape() == spec.shape,
                 "set_weights: the value must have the shape of the weight. Received: shape=",
                 to_string(one.value.shape()), ", weight '", one.variable->name(), "' ", spec, ".");
  Tensor value = one.value.dtype() == spec.dtype ? one.value : cast(one.value, spec.dtype);
  if (value.storage() == Storage::dense) {
    if (spec.storage == Storage::row_table) return all_rows(value.dense());
    return spec.storage == Storage::csr ? Tensor(to_csr(value)) : value;
  }
  if (value.storage() == Storage::row_sparse && spec.storage == Storage::dense) {
    RowTable table(spec.shape, spec.dtype, *one.draw);
    table.assign(value.row_sparse());
    return table.to_dense(~size_t{0});
  }
  return value;
}

}  // namespace

void assign(std::vector<Assignment> all) {
  std::vector<std::optional<RowTable::Assignment>> tables;  // Only this first loop may throw.
  for (Assignment& one : all) {
    one.value = fitted(one);
    tables.emplace_back();
    if (!one.variable->is_table()) continue;
    RowTable& table = one.variable->value().table();
    tables.back() = table.prepare(one.value.row_sparse(), one.draw.value_or(table.draw()));
  }
  for (size_t i = 0; i < all.size(); ++i) {
    Tensor& value = all[i].variable->value();
    if (tables[i]) {
      value.table().assign(std::move(*tables[i]));
      continue;
    }
    if (const auto& behind = all[i].variable->behind())
      behind->settle();  // The states kept are those after all steps.
    if (value.storage() == Storage::csr) value = std::move(all[i].value);
    else std::memcpy(value.dense().data.data(), all[i].value.dense().data.data(), value.dense().data.bytes());
  }
}

}  // namespace lacuna
