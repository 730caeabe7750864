#include "lacuna/graph/assignment.h"

#include <cstring>
#include <numeric>

#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

// All rows of a table, by their ids.
tensor::RowSparse all_rows(const tensor::Dense& values) {
  tensor::RowSparse rows{.dtype = values.dtype, .shape = values.shape, .data = values.data};
  rows.ids.resize(static_cast<size_t>(values.shape[0]) * sizeof(int64_t));
  std::iota(rows.row_ids().begin(), rows.row_ids().end(), 0);
  return rows;
}

// Brings the value to the variable's dtype and storage.
void fit(Assignment& one) {
  Variable& variable = *one.variable;
  const Spec& spec = variable.spec();
  require(one.value.shape() == spec.shape,
          "set_weights: the value must have the shape of the weight. Received: shape=",
          to_string(one.value.shape()), ", weight '", variable.name(), "' ", spec, ".");
  if (one.value.dtype() != spec.dtype) one.value = cast(one.value, spec.dtype);
  if (variable.is_table()) {
    if (one.value.storage() == Storage::dense) one.value = all_rows(one.value.dense());
  } else if (one.value.storage() == Storage::row_sparse) {
    RowTable table(spec.shape, spec.dtype, *one.draw);
    table.assign(one.value.row_sparse());
    one.value = table.to_dense(~size_t{0});
  }
  if (spec.storage == Storage::csr && one.value.storage() == Storage::dense) one.value = to_csr(one.value);
}

}  // namespace

void assign(std::vector<Assignment> all) {
  std::vector<RowTable::Assignment> tables;  // What may throw comes first, in this loop.
  for (Assignment& one : all) {
    fit(one);
    Variable& variable = *one.variable;
    if (variable.is_table()) {
      RowTable& table = variable.value().table();
      tables.push_back(table.prepare(one.value.row_sparse(), one.draw.value_or(table.draw())));
    }
  }
  auto next = tables.begin();
  for (Assignment& one : all) {
    Tensor& value = one.variable->value();
    if (one.variable->is_table()) {
      value.table().assign(std::move(*next++));
      continue;
    }
    if (const auto& behind = one.variable->behind()) behind->settle();  // The states are those of all steps.
    if (value.storage() == Storage::csr) value = std::move(one.value);
    else std::memcpy(value.dense().data.data(), one.value.dense().data.data(), value.dense().data.bytes());
  }
}

}  // namespace lacuna
