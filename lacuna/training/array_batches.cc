// Batches of arrays in memory.
#include "lacuna/training/array_batches.h"

#include <algorithm>
#include <numeric>

#include "lacuna/base/error.h"
#include "lacuna/base/random.h"

namespace lacuna {
namespace {

void shuffle_rows(std::span<int64_t> order, Shuffle how, Dim batch_size, uint64_t key) {
  Generator generator(key);
  if (how == Shuffle::rows) return generator.shuffle(order);
  const auto size = static_cast<size_t>(batch_size), whole = order.size() / size;
  std::vector<size_t> batches(whole);
  std::iota(batches.begin(), batches.end(), 0);
  generator.shuffle(std::span(batches));
  const int64_t first = order.empty() ? 0 : order[0];
  for (size_t b = 0; b < whole; ++b) {
    const auto batch = order.subspan(b * size, size);
    std::iota(batch.begin(), batch.end(), first + static_cast<int64_t>(batches[b] * size));
  }
}

}  // namespace

ArrayBatches::ArrayBatches(Feed& feed, Dim begin, Dim end, Dim batch_size, Shuffle how)
    : feed_(feed), begin_(begin), end_(end), batch_size_(batch_size), how_(how), at_(end) {
  feed.use_front();
}

void ArrayBatches::begin(uint64_t key) {
  at_ = begin_;
  if (how_ == Shuffle::none) return;
  order_.resize(static_cast<size_t>(end_ - begin_));
  std::iota(order_.begin(), order_.end(), begin_);
  shuffle_rows(order_, how_, batch_size_, key);
}

Dim ArrayBatches::skip(int64_t count, std::span<const int64_t>) {
  const Dim from = at_;
  at_ = count <= (end_ - at_) / batch_size_ ? at_ + count * batch_size_ : end_;
  return at_ - from;
}

std::string ArrayBatches::source() const { return text("arrays of ", end_ - begin_, " rows"); }

Dim ArrayBatches::upcoming() { return std::min(batch_size_, end_ - at_); }

Feeds ArrayBatches::next() {
  const Dim from = at_, size = upcoming();
  at_ += size;
  if (how_ == Shuffle::none) return feed_.pack_range(from, from + size);
  return feed_.pack(std::span(order_).subspan(static_cast<size_t>(from - begin_), static_cast<size_t>(size)));
}

bool ArrayBatches::is_slow() const { return Feed::is_slow(feed_.packed()) || feed_.has_front(); }

}  // namespace lacuna
