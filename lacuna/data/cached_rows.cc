// Datasets that keep their rows in memory.
#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "lacuna/data/dataset.h"
#include "lacuna/data/row_place.h"

namespace lacuna::data {
namespace {

using Blocks = std::vector<RowBlock>;

class CachedSource final : public RowSource, public std::enable_shared_from_this<CachedSource> {
 public:
  explicit CachedSource(Dataset of) : of_(std::move(of)) {}

  const Schema& schema() const override { return of_.schema(); }
  std::optional<Dim> rows() const override {
    const auto blocks = kept();
    if (!blocks) return of_.rows();
    Dim rows = 0;
    for (const RowBlock& block : *blocks) rows += block.rows;
    return rows;
  }
  // The order is that of the first pass, since later ones come from the same blocks.
  std::unique_ptr<RowStream> open(const char* where, const RowOrder& order) const override {
    const auto blocks = kept();
    if (!blocks && order.from.empty()) return std::make_unique<First>(shared_from_this(), of_.open(where));
    if (!blocks) return of_.open(where, {.from = order.from});
    auto from = blocks->begin();
    if (!order.from.empty()) {
      from = std::ranges::find(*blocks, order.from, &RowBlock::after);
      require_place(where, from != blocks->end());
      ++from;
    }
    return std::make_unique<Again>(blocks, static_cast<size_t>(from - blocks->begin()));
  }
  Fingerprint fingerprint(const char* where) const override { return of_.fingerprint(where); }
  BadRowReport report() const override { return of_.report(); }
  bool is_read_anywhere() const override { return kept() || of_.is_read_anywhere(); }
  bool repeats(const RowOrder&) const override { return kept() || of_.repeats({}); }
  bool once() const override { return of_.once() && !kept(); }

 private:
  // The pass that fills the cache if it comes to its end.
  class First final : public RowStream {
   public:
    First(std::shared_ptr<const CachedSource> source, std::unique_ptr<RowStream> from)
        : source_(std::move(source)), from_(std::move(from)) {}

    bool next(RowBlock& block) override {
      if (from_->next(block)) {
        RowBlock& copy = blocks_.emplace_back();
        copy.rows = block.rows;
        copy.after = block.after;
        for (const Tensor& part : block.parts) copy.parts.push_back(part.copy());
        return true;
      }
      source_->keep(std::move(blocks_));
      blocks_.clear();
      return false;
    }

   private:
    std::shared_ptr<const CachedSource> source_;
    std::unique_ptr<RowStream> from_;
    Blocks blocks_{};
  };

  // A pass through the cache, whose memory is shared and never written.
  class Again final : public RowStream {
   public:
    Again(std::shared_ptr<const Blocks> blocks, size_t at) : blocks_(std::move(blocks)), at_(at) {}

    bool next(RowBlock& block) override {
      if (at_ == blocks_->size()) return false;
      block = (*blocks_)[at_++];
      return true;
    }

   private:
    std::shared_ptr<const Blocks> blocks_;
    size_t at_;
  };

  std::shared_ptr<const Blocks> kept() const {
    const std::lock_guard lock(mutex_);
    return blocks_;
  }
  void keep(Blocks blocks) const {
    const std::lock_guard lock(mutex_);
    if (!blocks_) blocks_ = std::make_shared<const Blocks>(std::move(blocks));
  }

  const Dataset of_;
  mutable std::mutex mutex_{};
  mutable std::shared_ptr<const Blocks> blocks_{};
};

}  // namespace

Dataset Dataset::cache() const { return Dataset(std::make_shared<const CachedSource>(*this)); }

}  // namespace lacuna::data
