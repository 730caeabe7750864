// Gathers blocks into windows.
#include "lacuna/training/row_windows.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>
#include <ranges>
#include <system_error>
#include <utility>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"
#include "lacuna/data/gathered_rows.h"
#include "lacuna/data/row_bytes.h"
#include "lacuna/data/row_place.h"

namespace lacuna {
namespace {

// Of rows in order: more than a few blocks need no larger copy.
constexpr size_t kWindowBytes = size_t{4} << 20;

}  // namespace

RowWindows::RowWindows(const char* where, const data::Dataset& dataset, Dim batch_size, size_t shuffle_bytes)
    : where_(where),
      dataset_(dataset),
      batch_size_(batch_size),
      shuffle_bytes_(shuffle_bytes),
      gathered_(std::make_unique<data::GatheredRows>(dataset.schema())),
      current_(std::make_unique<RowWindow>()) {
  current_->parts = gathered_->take();
}

RowWindows::~RowWindows() { stop(); }

void RowWindows::stop() {
  stop_ = true;
  if (ahead_.valid()) ahead_.wait();
  ahead_ = {};
  stop_ = false;
}

void RowWindows::begin(uint64_t key) {
  stop();
  order_ = {.key = shuffle_bytes_ > 0 ? key : 0, .bytes = shuffle_bytes_};
  data::Fingerprint now = fingerprint(order_);
  // All rows are here already.
  if (count_ == 1 && current_->last && !now.empty() && now == source_) kept_ = std::move(current_);
  source_ = std::move(now);
  current_ = std::make_unique<RowWindow>();
  current_->last = false;
  key_ = dataset_.shuffles(order_) ? 0 : order_.key;
  count_ = 0;
  rows_ = left_out_ = left_ = 0;
  batch_ = 0;
  origins_.assign(1, {.place = data::RowPlace()});
  if (kept_) return;
  gathered_->clear();  // An error may have left rows of another epoch.
  stream_.reset();     // It is opened where its rows are wanted.
}

void RowWindows::go_to(std::span<const int64_t> place) {
  data::RowPlace from(place.begin(), place.end());
  batch_ = data::take_last(where_, from);
  count_ = static_cast<uint64_t>(data::take_last(where_, from));
  left_out_ = data::take_last(where_, from);
  data::require_place(where_, batch_ <= std::numeric_limits<Dim>::max() / batch_size_);
  rows_ = batch_ * batch_size_;
  origins_.assign(1, {.place = from, .left_out = left_out_});
  order_.from = std::move(from);
  kept_.reset();
}

// Of what each pass gives; empty if passes differ, or where that is not known.
data::Fingerprint RowWindows::fingerprint(const data::RowOrder& order) const {
  if (!dataset_.repeats(order)) return {};
  try {
    return dataset_.fingerprint(where_);
  } catch (const InvalidArgument&) {  // A file is gone: reading tells why.
    return {};
  }
}

void RowWindows::next() {
  if (!ahead_.valid()) {
    current_ = read();
    return;
  }
  constexpr std::chrono::milliseconds kOftenEnough{50};  // For interrupts.
  while (ahead_.wait_for(kOftenEnough) != std::future_status::ready) poll_interrupt();
  current_ = std::exchange(ahead_, {}).get();
}

void RowWindows::read_ahead() {
  if (ahead_.valid() || current_->last || num_threads() == 1 || !is_read_anywhere_) return;
  try {
    ahead_ = std::async(std::launch::async, [this] {
      const WithoutInterrupts without(&stop_);  // The thread that asks for windows can be interrupted.
      return read();
    });
  } catch (const std::system_error&) {  // No thread could be started: next() reads.
  }
}

std::unique_ptr<RowWindow> RowWindows::read() {
  auto window = std::exchange(kept_, nullptr);
  if (!window) {
    window = std::make_unique<RowWindow>();
    append_left();
    note_place(*window);
    window->last = gather();
    const Dim gathered = gathered_->rows();
    window->parts = gathered_->lend();
    window->rows = window->last ? gathered : whole_batches(*window, gathered);
    leave(window->rows);
    left_ = gathered - window->rows;
    if (window->last) stream_.reset();
  } else {
    rows_ = window->rows;
  }
  // The first window has the key that arrays have, so that rows that fit in it come in the order of arrays.
  window->order = shuffled(window->rows, count_ == 0 ? key_ : mix(key_ ^ mix(count_)));
  ++count_;
  batch_ += window->rows / batch_size_;
  return window;
}

void RowWindows::append_left() {
  const data::RowBlock rows{.rows = current_->rows + left_, .parts = current_->parts};
  if (left_ > 0) gathered_->append(rows, current_->rows, rows.rows);
}

// The bytes of a window. Training waits for the first one, so it is small if another is sure to follow.
size_t RowWindows::enough() const {
  if (key_ == 0) return kWindowBytes;
  constexpr uint64_t kSmaller = 3;
  return count_ < kSmaller && dataset_.exceeds(shuffle_bytes_) ? shuffle_bytes_ >> (kSmaller - count_)
                                                               : shuffle_bytes_;
}

// Reads rows until they fill a window. Returns whether these were the last.
bool RowWindows::gather() {
  while (gathered_->rows() < batch_size_ || gathered_->bytes() < enough()) {
    if (stop_) return true;
    if (!stream_) {
      is_read_anywhere_ = dataset_.is_read_anywhere();  // Of a cache that changes when it is full.
      stream_ = dataset_.open(where_, order_);
    }
    const Dim added = gather_next();
    if (added == 0) return true;
    rows_ += added;
  }
  return false;
}

// Adds the rows of a block, and notes where those after it begin.
Dim RowWindows::gather_next() {
  const bool whole = rows_ > 0 && left_out_ == 0;
  const Dim added = whole ? stream_->next_onto(*gathered_, block_) : gather_block();
  Origin next{.row = gathered_->rows()};
  if (!block_.after.empty()) next.place = block_.after;
  origins_.push_back(std::move(next));
  return added;
}

// The same of a block that is looked at: the first one, and one of which rows are left out.
Dim RowWindows::gather_block() {
  do {
    if (!stream_->next(block_)) return 0;
    if (key_ != 0 && rows_ == 0) warn_of_one_class(block_);
    const Dim left_out = std::min(left_out_, block_.rows);
    left_out_ -= left_out;
    if (left_out == block_.rows) continue;
    gathered_->append(block_, left_out, block_.rows);
    return block_.rows - left_out;
  } while (true);
}

// Rows in order need not end where the bytes say.
Dim RowWindows::whole_batches(const RowWindow& window, Dim gathered) const {
  Dim rows = gathered;
  if (key_ != 0) {
    const data::RowBlock all{.rows = gathered, .parts = window.parts};
    const auto fewer = std::views::iota(Dim{1}, gathered);
    const auto reached = std::ranges::partition_point(
        fewer, [&](Dim count) { return data::bytes_of_rows(all, 0, count) < enough(); });
    rows = 1 + static_cast<Dim>(reached - fewer.begin());
  }
  return std::max(batch_size_, rows / batch_size_ * batch_size_);
}

void RowWindows::note_place(RowWindow& window) const {
  window.batch = batch_;
  const Origin& from = origins_.front();
  if (!from.place) return;
  window.place = *from.place;
  window.place.insert(window.place.end(), {from.left_out, static_cast<int64_t>(count_), batch_});
}

// Takes so many rows from the front of what is gathered.
void RowWindows::leave(Dim rows) {
  const auto after = std::ranges::upper_bound(origins_, rows, {}, &Origin::row);
  origins_.erase(origins_.begin(), after - 1);
  for (Origin& origin : origins_) origin.row -= rows;
  origins_.front().left_out -= std::exchange(origins_.front().row, 0);
}

std::vector<int64_t> RowWindows::shuffled(Dim rows, uint64_t key) const {
  std::vector<int64_t> order;
  if (key_ == 0) return order;
  order.resize(static_cast<size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  Generator(key).shuffle(std::span(order));
  return order;
}

void RowWindows::warn_of_one_class(const data::RowBlock& block) {
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
