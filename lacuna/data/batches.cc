// Makes blocks of batches.
#include "lacuna/data/batches.h"

#include <memory>
#include <mutex>
#include <utility>

#include "lacuna/data/fingerprint.h"
#include "lacuna/data/given_rows.h"
#include "lacuna/data/row_place.h"

namespace lacuna::data {
namespace {

class BatchesSource final : public RowSource, public std::enable_shared_from_this<BatchesSource> {
 public:
  BatchesSource(std::function<NextBatch()> passes, BatchesOptions options)
      : passes_(std::move(passes)),
        options_(std::move(options)),
        version_(options_.version.empty() ? "batches without a version, " + unlike_all_others()
                                          : options_.version) {}

  const Schema& schema() const override {
    const std::lock_guard lock(mutex_);
    if (schema_) return *schema_;
    Pass pass = begin();
    pass.first = pass.next();
    LACUNA_REQUIRE(pass.first.has_value(), "batches: there must be a batch. Received: none.");
    Schema schema = schema_of("batches: batch 1", *pass.first);
    if (options_.once) begun_.emplace(std::move(pass));
    return schema_.emplace(std::move(schema));
  }
  bool once() const override { return options_.once; }
  std::unique_ptr<RowStream> open(const char* where, const RowOrder& order) const override {
    schema();
    RowPlace from = order.from;
    const int64_t before = from.empty() ? 0 : take_last(where, from);
    require_place(where, from.empty());
    std::optional<Pass> pass;
    {
      const std::lock_guard lock(mutex_);
      pass = std::exchange(begun_, std::nullopt);
      if (!pass) pass = begin();
    }
    return std::make_unique<Stream>(shared_from_this(), std::move(*pass), before);
  }
  Fingerprint fingerprint(const char*) const override { return {{"batches", version_}}; }

 private:
  struct Pass {
    NextBatch next{};
    std::optional<LoadedRows> first{};  // If it was made already.

    std::optional<LoadedRows> take() { return first ? std::exchange(first, std::nullopt) : next(); }
  };

  // Holding the mutex.
  Pass begin() const {
    LACUNA_REQUIRE(!options_.once || !std::exchange(had_pass_, true),
                   "batches: what gives its batches once must be packed for more passes, or be made anew for "
                   "each by a function. Received: a second pass.");
    return {.next = passes_()};
  }

  class Stream final : public RowStream {
   public:
    Stream(std::shared_ptr<const BatchesSource> source, Pass pass, int64_t before)
        : source_(std::move(source)), pass_(std::move(pass)) {
      while (number_ < before && pass_.take()) ++number_;
    }

    bool next(RowBlock& block) override {
      do {
        const std::optional<LoadedRows> batch = pass_.take();
        if (!batch) return false;
        make_block(text("batches: batch ", ++number_), source_->schema(), *batch, block);
        block.after = {number_};
      } while (block.rows == 0);
      return true;
    }

   private:
    std::shared_ptr<const BatchesSource> source_;
    Pass pass_;
    int64_t number_ = 0;
  };

  const std::function<NextBatch()> passes_;
  const BatchesOptions options_;
  const std::string version_;
  mutable std::mutex mutex_{};
  mutable std::optional<Schema> schema_{};
  mutable std::optional<Pass> begun_{};  // The only pass, whose first batch told the schema.
  mutable bool had_pass_ = false;
};

}  // namespace

Dataset batches(std::function<NextBatch()> passes, BatchesOptions options) {
  return Dataset(std::make_shared<const BatchesSource>(std::move(passes), std::move(options)));
}

}  // namespace lacuna::data
