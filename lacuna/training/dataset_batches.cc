// Packs the batches of windows.
#include "lacuna/training/dataset_batches.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/data/row_place.h"

namespace lacuna {
namespace {

// The parts of a role, as fit takes them: one as it is, several by name.
Arrays arrays_of(const data::Schema& schema, const std::vector<Tensor>& parts, data::Role role) {
  std::map<std::string, Array> named;
  for (size_t i = 0; i < schema.size(); ++i)
    if (schema[i].role == role) named.emplace(schema[i].name, parts[i]);
  if (named.empty()) return {};
  if (named.size() == 1) return Arrays(named.begin()->second);
  return Arrays(std::move(named));
}

// The weight of a row is that of all its targets.
Arrays weights_of(const data::Schema& schema, const std::vector<Tensor>& parts) {
  Arrays one = arrays_of(schema, parts, data::Role::sample_weight);
  std::map<std::string, Array> named;
  for (const data::RowPart& part : schema)
    if (part.role == data::Role::target && one.given()) named.emplace(part.name, one.list.front());
  return named.size() > 1 ? Arrays(std::move(named)) : one;
}

}  // namespace

DatasetBatches::DatasetBatches(const char* where, const Network& network, const Compiled* compiled,
                               const data::Dataset& dataset, Dim batch_size, size_t shuffle_bytes,
                               const ClassWeights& class_weight)
    : where_(where),
      network_(network),
      compiled_(compiled),
      dataset_(dataset),
      batch_size_(batch_size),
      shuffle_bytes_(shuffle_bytes),
      class_weight_(class_weight),
      known_rows_(dataset.rows()),
      windows_(where, dataset, batch_size, shuffle_bytes) {
  make_feed(windows_.current().parts);  // Without rows, but with storages and dtypes.
}

void DatasetBatches::make_feed(const std::vector<Tensor>& parts) {
  const data::Schema& schema = dataset_.schema();
  turn_ = 1 - turn_;
  Arrays y, weights;
  if (compiled_) {
    y = arrays_of(schema, parts, data::Role::target);
    weights = weights_of(schema, parts);
  }
  feeds_[turn_].emplace(where_, network_, compiled_, data::Check::in_place,
                        arrays_of(schema, parts, data::Role::input), y, weights, class_weight_);
  feeds_[turn_]->use_front();
}

void DatasetBatches::begin(uint64_t key) {
  feeds_[1 - turn_].reset();
  windows_.begin(key);
  at_ = windows_.current().rows;
  for (Start& start : starts_) start = {};
}

void DatasetBatches::fill() {
  windows_.next();
  make_feed(windows_.current().parts);
  at_ = 0;
  std::swap(starts_[0], starts_[1]);
  starts_[1] = {windows_.current().batch, windows_.current().place};
  if (!windows_.current().last) return;
  LACUNA_REQUIRE(!compiled_ || windows_.rows() > 0, where_,
                 ": the dataset must have rows. Received: rows=0.");
  known_rows_ = windows_.rows();
}

std::span<const int64_t> DatasetBatches::place(int64_t batch) const {
  return starts_[starts_[1].batch <= batch ? 1 : 0].place;
}

Dim DatasetBatches::skip(int64_t count, std::span<const int64_t> place) {
  Dim rows = 0;
  if (!place.empty()) {
    windows_.go_to(place);
    data::require_place(where_, place.back() <= count);
    count -= place.back();
    rows = place.back() * batch_size_;
  }
  for (; count > 0 && upcoming() > 0; --count) {
    const Dim size = upcoming();
    at_ += size;
    rows += size;
  }
  return rows;
}

std::string DatasetBatches::source() const {
  if (dataset_.once()) return {};
  std::string result = "a dataset of";
  for (const auto& [name, is] : dataset_.fingerprint(where_)) result += text(" '", name, "': ", is, ";");
  const bool exactly = dataset_.shuffles({.key = 1, .bytes = shuffle_bytes_});
  return text(result, " shuffle_bytes ", shuffle_bytes_, exactly ? ", in an order of all rows" : "");
}

Dim DatasetBatches::upcoming() {
  const auto left = [&] { return windows_.current().rows - at_; };
  if (left() == 0 && !windows_.current().last) fill();
  return std::min(batch_size_, left());
}

Feeds DatasetBatches::next() {
  const Dim size = upcoming(), from = at_;
  at_ += size;
  if (from > 0) {  // The batch before was of this window, too.
    feeds_[1 - turn_].reset();
    windows_.read_ahead();
  }
  Feed& feed = *feeds_[turn_];
  const std::vector<int64_t>& order = windows_.current().order;
  const Feeds feeds =
      order.empty()
          ? feed.pack_range(from, from + size)
          : feed.pack(std::span(order).subspan(static_cast<size_t>(from), static_cast<size_t>(size)));
  packed_ = feed.packed();
  return feeds;
}

}  // namespace lacuna
