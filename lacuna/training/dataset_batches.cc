// Reads windows of rows and packs their batches.
#include "lacuna/training/dataset_batches.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <ranges>

#include "lacuna/base/message.h"
#include "lacuna/base/random.h"
#include "lacuna/data/gathered_rows.h"
#include "lacuna/data/row_bytes.h"
#include "lacuna/data/row_place.h"

namespace lacuna {
namespace {

constexpr size_t kWindowBytes = size_t{4}
                                << 20;  // Of rows in order: more than a few blocks need no larger copy.

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
      gathered_(std::make_unique<data::GatheredRows>(dataset.schema())) {
  make_feed(gathered_->take());  // Without rows, but with storages and dtypes.
}

DatasetBatches::~DatasetBatches() = default;

void DatasetBatches::make_feed(std::vector<Tensor> parts) {
  const data::Schema& schema = dataset_.schema();
  turn_ = 1 - turn_;
  window_.rows = parts.empty() ? 0 : parts.front().rows();
  window_.parts = std::move(parts);
  Arrays y, weights;
  if (compiled_) {
    y = arrays_of(schema, window_.parts, data::Role::target);
    weights = weights_of(schema, window_.parts);
  }
  feeds_[turn_].emplace(where_, network_, compiled_, data::Check::by_batch,
                        arrays_of(schema, window_.parts, data::Role::input), y, weights, class_weight_);
}

void DatasetBatches::begin(uint64_t key) {
  key_ = key;
  windows_ = 0;
  counted_ = 0;
  used_ = block_.rows = left_out_ = 0;
  block_.after.clear();
  gathered_->clear();  // An error may have left rows of another epoch.
  bytes_ = 0;
  window_ = {};
  order_.clear();
  at_ = 0;
  ended_ = false;
  from_.clear();
  place_.emplace();
  for (Start& start : starts_) start = {};
  stream_.reset();  // Before its successor: two streams of a file would hold twice the memory.
}

bool DatasetBatches::next_block() {
  if (!stream_)
    stream_ =
        dataset_.open(where_, {.key = shuffle_bytes_ > 0 ? key_ : 0, .bytes = shuffle_bytes_, .from = from_});
  else if (block_.after.empty()) place_.reset();
  else place_ = block_.after;
  const bool some = stream_->next(block_);
  if (!some) block_.rows = 0;
  used_ = std::min(left_out_, block_.rows);
  left_out_ -= used_;
  return some;
}

Dim DatasetBatches::wanted(size_t enough) const {
  const Dim rest = block_.rows - used_;
  Dim rows = 0;
  if (bytes_ < enough) {
    const auto all = std::views::iota(Dim{1}, rest + 1);
    const auto reached = std::ranges::partition_point(
        all, [&](Dim count) { return bytes_ + data::bytes_of_rows(block_, used_, used_ + count) < enough; });
    if (reached == all.end()) return rest;
    rows = *reached;
  }
  const Dim over = (gathered_->rows() + rows) % batch_size_;
  return std::min(rest, over == 0 ? rows : rows + batch_size_ - over);
}

void DatasetBatches::note_start() {
  Start& start = starts_[1];
  std::swap(start, starts_[0]);
  start.batch = counted_ / batch_size_;
  start.place.clear();
  const bool over = used_ == block_.rows && !block_.after.empty();  // It begins with the next block.
  if (!over && !place_) return;
  start.place = over ? block_.after : *place_;
  const Dim before = over ? 0 : used_ + left_out_;
  start.place.insert(start.place.end(), {before, static_cast<int64_t>(windows_), start.batch});
}

void DatasetBatches::fill() {
  const bool shuffled = key_ != 0 && shuffle_bytes_ > 0;
  const size_t enough = shuffled ? shuffle_bytes_ : kWindowBytes;
  note_start();
  for (;;) {
    if (used_ == block_.rows) {
      // A window that ends with its block needs no other, and the place stays that of a block in memory.
      if (bytes_ >= enough && gathered_->rows() % batch_size_ == 0) break;
      ended_ = !next_block();
      if (ended_) break;
      if (shuffled && counted_ == 0) warn_of_one_class(block_);
      continue;
    }
    const Dim rows = wanted(enough);
    if (rows == 0) break;
    gathered_->append(block_, used_, used_ + rows);
    bytes_ += data::bytes_of_rows(block_, used_, used_ + rows);
    used_ += rows;
    counted_ += rows;
  }
  make_feed(gathered_->take());
  bytes_ = 0;
  at_ = 0;
  order_.clear();
  // The first window has the key that arrays have, so that rows that fit in it come in the order of arrays.
  if (shuffled) shuffle(windows_ == 0 ? key_ : mix(key_ ^ mix(windows_)));
  ++windows_;
  if (!ended_) return;
  LACUNA_REQUIRE(!compiled_ || counted_ > 0, where_, ": the dataset must have rows. Received: rows=0.");
  known_rows_ = counted_;
  stream_.reset();
}

void DatasetBatches::shuffle(uint64_t key) {
  order_.resize(static_cast<size_t>(window_.rows));
  std::iota(order_.begin(), order_.end(), 0);
  Generator(key).shuffle(std::span(order_));
}

std::span<const int64_t> DatasetBatches::place(int64_t batch) const {
  return starts_[starts_[1].batch <= batch ? 1 : 0].place;
}

Dim DatasetBatches::skip(int64_t count, std::span<const int64_t> place) {
  Dim rows = 0;
  if (!place.empty()) {
    data::RowPlace from(place.begin(), place.end());
    const int64_t batch = data::take_last(where_, from);
    windows_ = static_cast<uint64_t>(data::take_last(where_, from));
    left_out_ = data::take_last(where_, from);
    data::require_place(where_, batch <= count && batch <= std::numeric_limits<Dim>::max() / batch_size_);
    from_ = std::move(from);
    place_ = from_;
    count -= batch;
    rows = counted_ = batch * batch_size_;
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
  return text(result, " shuffle_bytes ", shuffle_bytes_);
}

Dim DatasetBatches::upcoming() {
  if (at_ == window_.rows && !ended_) fill();
  return std::min(batch_size_, window_.rows - at_);
}

Feeds DatasetBatches::next() {
  const Dim size = upcoming(), from = at_;
  at_ += size;
  Feed& feed = *feeds_[turn_];
  if (order_.empty()) return feed.pack_range(from, from + size);
  return feed.pack(std::span(order_).subspan(static_cast<size_t>(from), static_cast<size_t>(size)));
}

void DatasetBatches::warn_of_one_class(const data::RowBlock& block) {
  constexpr Dim kSomeRows = 1000;
  if (warned_ || block.rows < kSomeRows) return;
  const data::Schema& schema = dataset_.schema();
  for (size_t i = 0; i < schema.size(); ++i) {
    if (schema[i].role != data::Role::target || schema[i].spec.dtype != DType::float32) continue;
    const auto labels = block.parts[i].dense().values<float>();
    if (std::ranges::any_of(labels, [&](float label) { return label != labels[0]; })) continue;
    warned_ = true;
    warn(
        text(where_,
             ": rows should not be sorted by their labels where they are shuffled within a part of the data. "
             "Received: the first ",
             block.rows, " labels '", schema[i].name, "' are all ", labels[0],
             "; shuffle the file, or raise shuffle_bytes."));
  }
}

}  // namespace lacuna
