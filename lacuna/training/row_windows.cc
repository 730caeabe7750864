// Gathers blocks into windows.
#include "lacuna/training/row_windows.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <system_error>
#include <utility>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"
#include "lacuna/data/gathered_rows.h"

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
  const data::RowOrder order{.key = shuffle_bytes_ > 0 ? key : 0, .bytes = shuffle_bytes_};
  data::Fingerprint now = fingerprint(order);
  // All rows are here already.
  if (count_ == 1 && current_->last && !now.empty() && now == source_) kept_ = std::move(current_);
  source_ = std::move(now);
  current_ = std::make_unique<RowWindow>();
  current_->last = false;
  key_ = order.key;
  count_ = 0;
  rows_ = 0;
  if (kept_) return;
  gathered_->clear();  // An error may have left rows of another epoch.
  stream_.reset();     // Before its successor: two streams of a file would hold twice the memory.
  stream_ = dataset_.open(where_, order);
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
  if (ahead_.valid() || current_->last || num_threads() == 1 || !dataset_.is_read_anywhere()) return;
  try {
    ahead_ = std::async(std::launch::async, [this] {
      const WithoutInterrupts without;  // The thread that asks for windows can be interrupted.
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
    window->last = gather();
    window->rows = gathered_->rows();
    window->parts = gathered_->lend();
    if (window->last) stream_.reset();
  } else {
    rows_ = window->rows;
  }
  // The first window has the key that arrays have, so that rows that fit in it come in the order of arrays.
  window->order = shuffled(window->rows, count_ == 0 ? key_ : mix(key_ ^ mix(count_)));
  ++count_;
  return window;
}

// What the current window leaves comes first, in its order.
void RowWindows::append_left() {
  const RowWindow& from = *current_;
  const data::RowBlock rows{.rows = from.rows, .parts = from.parts};
  for (Dim left = from.rows / batch_size_ * batch_size_; left < from.rows; ++left) {
    const Dim row = from.order.empty() ? left : from.order[static_cast<size_t>(left)];
    gathered_->append(rows, row, row + 1);
  }
}

// Reads rows until they fill a window. Returns whether these were the last.
bool RowWindows::gather() {
  size_t enough = key_ != 0 ? shuffle_bytes_ : kWindowBytes;
  // Training waits for the first window, so it is small if another is sure to follow.
  constexpr uint64_t kSmaller = 3;
  if (key_ != 0 && count_ < kSmaller && dataset_.exceeds(shuffle_bytes_)) enough >>= kSmaller - count_;
  while (gathered_->rows() < batch_size_ || gathered_->bytes() < enough) {
    if (stop_) return true;
    const bool first = rows_ == 0;
    const Dim added = first ? gather_first() : stream_->next_onto(*gathered_, block_);
    if (added == 0) return true;
    rows_ += added;
  }
  return false;
}

Dim RowWindows::gather_first() {
  if (!stream_->next(block_)) return 0;
  if (key_ != 0) warn_of_one_class(block_);
  gathered_->append(block_, 0, block_.rows);
  return block_.rows;
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
