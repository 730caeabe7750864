// Parts of datasets: ranges of rows, shards, and the two sides of a split.
#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/random.h"
#include "lacuna/data/dataset.h"
#include "lacuna/data/gathered_rows.h"
#include "lacuna/data/random_rows.h"
#include "lacuna/data/row_key.h"
#include "lacuna/data/row_place.h"

namespace lacuna::data {
namespace {

constexpr Dim kAll = std::numeric_limits<Dim>::max();

// Rows [begin, begin + count) of a source.
class RangeSource final : public RowSource {
 public:
  RangeSource(Dataset of, Dim begin, Dim count) : of_(std::move(of)), begin_(begin), count_(count) {}

  const Schema& schema() const override { return of_.schema(); }
  std::optional<Dim> rows() const override {
    const std::optional<Dim> all = of_.rows();
    if (!all) return std::nullopt;
    return std::min(count_, std::max<Dim>(0, *all - begin_));
  }
  std::unique_ptr<RowStream> open(const char* where, const RowOrder& order) const override {
    RowPlace from = order.from;
    Dim skip = begin_, left = count_;
    if (!from.empty()) {
      left = take_last(where, from);
      skip = take_last(where, from);
    }
    return std::make_unique<Stream>(of_.schema(), of_.open(where, {.from = std::move(from)}), skip, left);
  }
  Fingerprint fingerprint(const char* where) const override {
    Fingerprint result = of_.fingerprint(where);
    result.emplace_back("rows", text(begin_, " to ", count_ == kAll ? "the last" : text("+", count_)));
    return result;
  }
  BadRowReport report() const override { return of_.report(); }
  bool once() const override { return of_.once(); }
  bool is_read_anywhere() const override { return of_.is_read_anywhere(); }
  bool repeats(const RowOrder&) const override { return of_.repeats({}); }
  std::shared_ptr<const RowsAtRandom> at_random() const override {
    const auto all = of_.at_random();
    if (!all) return nullptr;
    auto part = std::make_shared<RowsAtRandom>(*all);
    if (const auto count = rows(), there_are = of_.rows(); count && there_are)
      part->bytes = static_cast<uint64_t>(static_cast<double>(all->bytes) * static_cast<double>(*count) /
                                          static_cast<double>(std::max<Dim>(1, *there_are)));
    part->numbers = [all, begin = begin_, count = count_](const char* where) {
      std::vector<uint32_t> numbers = all->numbers(where);
      const Dim first = std::min(begin, static_cast<Dim>(numbers.size()));
      numbers.erase(numbers.begin(), numbers.begin() + first);
      if (count < static_cast<Dim>(numbers.size())) numbers.resize(static_cast<size_t>(count));
      return numbers;
    };
    return part;
  }

 private:
  class Stream final : public RowStream {
   public:
    Stream(const Schema& schema, std::unique_ptr<RowStream> from, Dim skip, Dim left)
        : rows_(schema), from_(std::move(from)), skip_(skip), left_(left) {}

    bool next(RowBlock& block) override {
      while (left_ > 0 && from_->next(block)) {
        const Dim skipped = std::min(skip_, block.rows),
                  end = skipped + std::min(left_, block.rows - skipped);
        skip_ -= skipped;
        if (skipped == end) continue;
        left_ -= end - skipped;
        if (!block.after.empty()) block.after.insert(block.after.end(), {skip_, left_});
        if (skipped == 0 && end == block.rows) return true;
        rows_.clear();
        rows_.append(block, skipped, end);
        block.parts = rows_.take();
        block.rows = end - skipped;
        return true;
      }
      return false;
    }

   private:
    GatheredRows rows_;
    std::unique_ptr<RowStream> from_;
    Dim skip_, left_;
  };

  Dataset of_;
  Dim begin_, count_;
};

// The rows that are chosen, each by its place in the dataset and its key (0 if there is none).
class ChosenSource final : public RowSource, public std::enable_shared_from_this<ChosenSource> {
 public:
  using Choice = std::function<bool(Dim place, uint64_t key)>;

  // what: a text that changes when the choice does. key: the column that the key of a row is of.
  ChosenSource(Dataset of, std::string what, std::optional<ColumnPlace> key, Choice choice)
      : of_(std::move(of)), what_(std::move(what)), key_(std::move(key)), choice_(std::move(choice)) {}

  const Schema& schema() const override { return of_.schema(); }
  std::unique_ptr<RowStream> open(const char* where, const RowOrder& order) const override {
    RowPlace from = order.from;
    const Dim place = from.empty() ? 0 : take_last(where, from);
    return std::make_unique<Stream>(of_.schema(), of_.open(where, {.from = std::move(from)}), key_, choice_,
                                    place);
  }
  Fingerprint fingerprint(const char* where) const override {
    Fingerprint result = of_.fingerprint(where);
    result.emplace_back("chosen", what_);
    return result;
  }
  BadRowReport report() const override { return of_.report(); }
  bool once() const override { return of_.once(); }
  bool is_read_anywhere() const override { return of_.is_read_anywhere(); }
  bool repeats(const RowOrder&) const override { return of_.repeats({}); }
  std::shared_ptr<const RowsAtRandom> at_random() const override {
    const auto all = of_.at_random();
    if (!all) return nullptr;
    auto part = std::make_shared<RowsAtRandom>(*all);
    part->numbers = [all, self = shared_from_this()](const char* where) {
      std::vector<uint32_t> numbers = all->numbers(where);
      const std::shared_ptr<const Places> places = self->places(where, static_cast<Dim>(numbers.size()));
      for (size_t i = 0; i < places->size(); ++i) numbers[i] = numbers[(*places)[i]];
      numbers.resize(places->size());
      return numbers;
    };
    return part;
  }

 private:
  using Places = std::vector<uint32_t>;

  // Of the rows that are chosen. Those that are chosen by a key are found in a pass, and kept.
  std::shared_ptr<const Places> places(const char* where, Dim rows) const {
    {
      const std::lock_guard lock(mutex_);
      if (places_) return places_;
    }
    auto places = std::make_shared<Places>();
    if (!key_) {
      for (Dim place = 0; place < rows; ++place)
        if (choice_(place, 0)) places->push_back(static_cast<uint32_t>(place));
      return places;
    }
    const auto stream = of_.open(where);
    Dim place = 0;
    for (RowBlock block; stream->next(block); poll_interrupt())
      for (Dim row = 0; row < block.rows; ++row, ++place)
        if (choice_(place, key_of_row(*key_, block, row))) places->push_back(static_cast<uint32_t>(place));
    const std::lock_guard lock(mutex_);
    return places_ = places;
  }

  class Stream final : public RowStream {
   public:
    Stream(const Schema& schema, std::unique_ptr<RowStream> from, std::optional<ColumnPlace> key,
           Choice choice, Dim place)
        : rows_(schema),
          from_(std::move(from)),
          key_(std::move(key)),
          choice_(std::move(choice)),
          place_(place) {}

    bool next(RowBlock& block) override {
      while (from_->next(block)) {
        rows_.clear();
        const auto chosen = [&](Dim row) {
          return choice_(place_ + row, key_ ? key_of_row(*key_, block, row) : 0);
        };
        for (Dim row = 0; row < block.rows;) {  // Rows that follow each other are copied together.
          Dim end = row;
          while (end < block.rows && chosen(end)) ++end;
          if (end > row) rows_.append(block, row, end);
          row = end + 1;
        }
        place_ += block.rows;
        if (!block.after.empty()) block.after.push_back(place_);
        if (rows_.rows() == 0) continue;
        block.rows = rows_.rows();
        block.parts = rows_.take();
        return true;
      }
      return false;
    }

   private:
    GatheredRows rows_;
    std::unique_ptr<RowStream> from_;
    std::optional<ColumnPlace> key_;
    Choice choice_;
    Dim place_;  // Of the block's first row.
  };

  Dataset of_;
  std::string what_;
  std::optional<ColumnPlace> key_;
  Choice choice_;
  mutable std::mutex mutex_{};
  mutable std::shared_ptr<const Places> places_{};
};

}  // namespace

Dataset Dataset::take(Dim count) const {
  LACUNA_REQUIRE(count >= 0, "take: count must not be negative. Received: count=", count, ".");
  return Dataset(std::make_shared<const RangeSource>(*this, 0, count));
}

Dataset Dataset::skip(Dim count) const {
  LACUNA_REQUIRE(count >= 0, "skip: count must not be negative. Received: count=", count, ".");
  return Dataset(std::make_shared<const RangeSource>(*this, count, kAll));
}

std::pair<Dataset, Dataset> Dataset::split(double fraction, uint64_t seed, const std::string& key) const {
  LACUNA_REQUIRE(fraction > 0 && fraction < 1,
                 "split: fraction must be above 0 and below 1. Received: fraction=", fraction, ".");
  std::optional<ColumnPlace> column;
  const auto query = std::ranges::find(schema(), Role::query, &RowPart::role);
  if (!key.empty()) column = find_column("split", "key", schema(), key);
  else if (query != schema().end()) column = {.part = static_cast<size_t>(query - schema().begin())};
  const auto limit = static_cast<uint64_t>(fraction * 0x1p64);
  const auto side = [&](bool first) {
    const auto choice = [=, keyed = column.has_value()](Dim place, uint64_t value) {
      return (mix(mix(seed) ^ (keyed ? value : static_cast<uint64_t>(place))) < limit) == first;
    };
    std::string what =
        text(first ? "the first side" : "the second side", " of a split at ", limit, ", seed ", seed);
    if (!key.empty()) what += text(", key '", key, "'");
    return Dataset(std::make_shared<const ChosenSource>(*this, std::move(what), column, choice));
  };
  return {side(true), side(false)};
}

Dataset Dataset::shard(Dim count, Dim index) const {
  LACUNA_REQUIRE(count > 0 && index >= 0 && index < count,
                 "shard: index must be 0 or more and below count. Received: count=", count, ", index=", index,
                 ".");
  const auto choice = [=](Dim place, uint64_t) { return place % count == index; };
  return Dataset(std::make_shared<const ChosenSource>(*this, text("shard ", index, " of ", count),
                                                      std::nullopt, choice));
}

}  // namespace lacuna::data
