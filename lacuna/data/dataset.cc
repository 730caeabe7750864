// Parts of datasets, and datasets as arrays.
#include "lacuna/data/dataset.h"

#include <algorithm>
#include <limits>

#include "lacuna/base/interrupt.h"
#include "lacuna/data/gathered_rows.h"

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
  std::unique_ptr<RowStream> open(const char* where, const RowOrder&) const override {
    return std::make_unique<Stream>(of_.schema(), of_.open(where), begin_, count_);
  }
  Fingerprint fingerprint(const char* where) const override {
    Fingerprint result = of_.fingerprint(where);
    result.emplace_back("rows", text(begin_, " to ", count_ == kAll ? "the last" : text("+", count_)));
    return result;
  }
  BadRowReport report() const override { return of_.report(); }

 private:
  class Stream final : public RowStream {
   public:
    Stream(const Schema& schema, std::unique_ptr<RowStream> from, Dim begin, Dim count)
        : rows_(schema), from_(std::move(from)), skip_(begin), left_(count) {}

    bool next(RowBlock& block) override {
      while (left_ > 0 && from_->next(block)) {
        const Dim skipped = std::min(skip_, block.rows),
                  end = skipped + std::min(left_, block.rows - skipped);
        skip_ -= skipped;
        if (skipped == end) continue;
        left_ -= end - skipped;
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

}  // namespace

Dataset Dataset::take(Dim count) const {
  LACUNA_REQUIRE(count >= 0, "take: count must not be negative. Received: count=", count, ".");
  return Dataset(std::make_shared<const RangeSource>(*this, 0, count));
}

Dataset Dataset::skip(Dim count) const {
  LACUNA_REQUIRE(count >= 0, "skip: count must not be negative. Received: count=", count, ".");
  return Dataset(std::make_shared<const RangeSource>(*this, count, kAll));
}

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
  for (RowBlock block; stream->next(block); poll_interrupt()) all.append(block, 0, block.rows);
  std::vector<Tensor> parts = all.take();
  LoadedRows result;
  for (size_t i = 0; i < schema.size(); ++i) {
    Array array(std::move(parts[i]));
    switch (schema[i].role) {
      case Role::input:
        result.x.emplace(schema[i].name, std::move(array));
        break;
      case Role::target:
        result.y.emplace(schema[i].name, std::move(array));
        break;
      case Role::sample_weight:
        result.sample_weight = std::move(array);
        break;
      case Role::query:
        result.query = std::move(array);
        break;
    }
  }
  return result;
}

}  // namespace lacuna::data
