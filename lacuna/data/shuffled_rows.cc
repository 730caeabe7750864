// Shuffles the numbers of rows.
#include "lacuna/data/shuffled_rows.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/random.h"
#include "lacuna/data/random_rows.h"
#include "lacuna/data/row_place.h"

namespace lacuna::data {
namespace {

constexpr uint64_t kMostTimesInFile = 32;
constexpr uint64_t kBytesAtOnce = uint64_t{1} << 20;
constexpr uint64_t kMostRowsAtOnce = 8192;

class ShuffledStream final : public RowStream {
 public:
  ShuffledStream(const char* where, const Schema& schema, const RowsAtRandom& rows, const RowOrder& order)
      : where_(where), alone_(schema), rows_(rows.open(where)), numbers_(rows.numbers(where)) {
    Generator(order.key).shuffle(std::span(numbers_));
    at_once_ = static_cast<size_t>(
        std::clamp<uint64_t>(kBytesAtOnce / std::max<uint64_t>(1, rows.row_bytes), 1, kMostRowsAtOnce));
    if (order.from.empty()) return;
    RowPlace from = order.from;
    const int64_t at = take_last(where, from);
    require_place(where, from.empty() && static_cast<uint64_t>(at) <= numbers_.size());
    at_ = static_cast<size_t>(at);
  }

  bool next(RowBlock& block) override {
    alone_.clear();
    block.rows = next_onto(alone_, block);
    block.bad.clear();
    block.parts = alone_.take();
    return block.rows > 0;
  }
  Dim next_onto(GatheredRows& to, RowBlock& block) override {
    poll_interrupt();
    const auto some = std::span(numbers_).subspan(at_, std::min(at_once_, numbers_.size() - at_));
    if (!some.empty()) rows_->gather(where_, some, to);
    at_ += some.size();
    block.after.assign(1, static_cast<int64_t>(at_));
    return static_cast<Dim>(some.size());
  }

 private:
  const char* where_;
  GatheredRows alone_;
  std::shared_ptr<const RandomRows> rows_;
  std::vector<uint32_t> numbers_;
  size_t at_once_ = 1, at_ = 0;
};

}  // namespace

bool is_shuffled_exactly(const RowSource& source, const RowOrder& order) {
  if (order.key == 0) return false;
  const auto rows = source.at_random();
  return rows && rows->rows <= std::numeric_limits<uint32_t>::max() &&
         static_cast<uint64_t>(rows->rows) <= order.bytes / sizeof(uint32_t) &&
         rows->bytes / kMostTimesInFile <= order.bytes && rows->in_memory > order.bytes;
}

std::unique_ptr<RowStream> open_shuffled(const char* where, const RowSource& source, const RowOrder& order) {
  return std::make_unique<ShuffledStream>(where, source.schema(), *source.at_random(), order);
}

}  // namespace lacuna::data
