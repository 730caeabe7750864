// Datasets as arrays.
#include "lacuna/data/dataset.h"

#include "lacuna/base/interrupt.h"
#include "lacuna/data/gathered_rows.h"
#include "lacuna/data/given_rows.h"
#include "lacuna/data/shuffled_rows.h"

namespace lacuna::data {

Dim RowStream::next_onto(GatheredRows& to, RowBlock& block) {
  if (!next(block)) return 0;
  to.append(block, 0, block.rows);
  return block.rows;
}

std::unique_ptr<RowStream> Dataset::open(const char* where, const RowOrder& order) const {
  return shuffles(order) ? open_shuffled(where, *source_, order) : source_->open(where, order);
}

bool Dataset::shuffles(const RowOrder& order) const { return is_shuffled_exactly(*source_, order); }

Arrays inputs_without_rows(const Dataset& dataset) {
  std::vector<Tensor> parts = GatheredRows(dataset.schema()).take();
  std::map<std::string, Array> named;
  for (size_t i = 0; i < parts.size(); ++i)
    if (dataset.schema()[i].role == Role::input) named.emplace(dataset.schema()[i].name, std::move(parts[i]));
  if (named.size() == 1) return Arrays(named.begin()->second);
  return Arrays(std::move(named));
}

LoadedRows load(const Dataset& dataset) {
  const Schema& schema = dataset.schema();
  GatheredRows all(schema);
  const auto stream = dataset.open("load");
  for (RowBlock block; stream->next_onto(all, block) > 0; poll_interrupt()) {
  }
  const Dim rows = all.rows();
  return named(schema, {.rows = rows, .parts = all.take()});
}

}  // namespace lacuna::data
