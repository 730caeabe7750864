// Datasets of rows that a function makes of the rows of another one.
#include <memory>
#include <mutex>
#include <utility>

#include "lacuna/data/dataset.h"
#include "lacuna/data/fingerprint.h"
#include "lacuna/data/gathered_rows.h"
#include "lacuna/data/given_rows.h"

namespace lacuna::data {
namespace {

class MappedSource final : public RowSource, public std::enable_shared_from_this<MappedSource> {
 public:
  MappedSource(Dataset of, RowFunction function, std::string version)
      : of_(std::move(of)),
        function_(std::move(function)),
        version_(version.empty() ? "a function without a version, " + unlike_all_others()
                                 : std::move(version)) {}

  // That of the first rows, which are made to find out.
  const Schema& schema() const override {
    const std::lock_guard lock(mutex_);
    if (schema_) return *schema_;
    auto stream = of_.open("map");
    RowBlock block;
    if (!stream->next(block)) block = {.rows = 0, .parts = GatheredRows(of_.schema()).take()};
    Schema schema = schema_of("map", function_(named(of_.schema(), block)));
    for (RowPart& part : schema)  // Weights and query ids have the names that they had.
      for (const RowPart& before : of_.schema())
        if (part.role == before.role && part.role != Role::input && part.role != Role::target)
          part.name = before.name;
    if (of_.once()) begun_ = {std::move(stream), std::move(block)};
    return schema_.emplace(std::move(schema));
  }
  bool once() const override { return of_.once(); }
  std::unique_ptr<RowStream> open(const char* where, const RowOrder& order) const override {
    schema();
    Begun begun;
    {
      const std::lock_guard lock(mutex_);
      begun = std::exchange(begun_, {});
    }
    // Who asks shuffles again, and must be the only one where all rows may fit in its window.
    const bool in_order = of_.shuffles(order) && !of_.exceeds(order.bytes);
    if (!begun.stream) begun = {of_.open(where, in_order ? RowOrder{.from = order.from} : order), {}};
    return std::make_unique<Stream>(shared_from_this(), std::move(begun));
  }
  Fingerprint fingerprint(const char* where) const override {
    Fingerprint result = of_.fingerprint(where);
    result.emplace_back("map", version_);
    return result;
  }
  BadRowReport report() const override { return of_.report(); }

 private:
  // A pass whose first rows were read, if there are any.
  struct Begun {
    std::unique_ptr<RowStream> stream{};
    RowBlock first{};
  };

  class Stream final : public RowStream {
   public:
    Stream(std::shared_ptr<const MappedSource> source, Begun begun)
        : source_(std::move(source)), from_(std::move(begun)) {}

    bool next(RowBlock& block) override {
      RowBlock& given = from_.first;
      do {
        if (given.rows == 0 && !from_.stream->next(given)) return false;
        const LoadedRows made = source_->function_(named(source_->of_.schema(), given));
        make_block("map", source_->schema(), made, block);
        block.after = given.after;
        given.rows = 0;
      } while (block.rows == 0);
      return true;
    }

   private:
    std::shared_ptr<const MappedSource> source_;
    Begun from_;
  };

  const Dataset of_;
  const RowFunction function_;
  const std::string version_;
  mutable std::mutex mutex_{};
  mutable std::optional<Schema> schema_{};
  mutable Begun begun_{};
};

}  // namespace

Dataset Dataset::map(RowFunction function, std::string version) const {
  return Dataset(std::make_shared<const MappedSource>(*this, std::move(function), std::move(version)));
}

}  // namespace lacuna::data
