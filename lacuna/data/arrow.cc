// Reads Arrow streams piece by piece.
#include "lacuna/data/arrow.h"

#include <algorithm>
#include <atomic>
#include <optional>

#include "lacuna/data/arrow_rows.h"
#include "lacuna/data/fingerprint.h"
#include "lacuna/data/judged_source.h"

namespace lacuna::data {
namespace {

constexpr int64_t kRowsOfSlice = 8192, kItemsOfSlice = int64_t{1} << 20;

class Arrow final : public JudgedSource<Arrow> {
 public:
  Arrow(ArrowStreams streams, ArrowOptions options)
      : JudgedSource("arrow", options.bad, options.readers),
        streams_(std::move(streams)),
        options_(std::move(options)),
        layout_("arrow", options_.columns, options_.fields),
        alone_(unlike_all_others()) {}

  const Schema& schema() const override { return layout_.schema(); }
  Fingerprint fingerprint(const char*) const override {
    Fingerprint result;
    if (options_.version.empty()) result.emplace_back("an Arrow stream without a version", alone_);
    else result.emplace_back("version", options_.version);
    add_settings_of_bad_rows(result);
    result.emplace_back("format", options_.fields ? "arrow, fields" : "arrow");
    add_settings_of_columns(result, options_.columns);
    return result;
  }

  using Piece = ArrowSlice;
  class Reader {
   public:
    Reader(const Arrow& source, const char* where, size_t workers, const RowPlace& from)
        : source_(source),
          where_(where),
          stream_(where, source.streams_),
          uses_(where, stream_.schema(), source.layout_) {
      require_place(where, from.empty());  // A stream tells no places.
      for (size_t w = 0; w < workers; ++w) rows_.emplace_back(source.layout_);
    }

    bool take(ArrowSlice& to) {
      while (at_ == length_) {
        table_.reset();
        ArrowBatch batch = stream_.next();
        if (!batch) {
          end();
          return false;
        }
        at_ = 0;
        length_ = batch->length;
        table_ = std::make_shared<const ArrowTable>(where_, std::move(batch), uses_);
      }
      to = {table_, at_, std::min(at_ + kRowsOfSlice, length_), number_};
      while (to.end - to.begin > 1 && table_->list_items(to.begin, to.end) > kItemsOfSlice)
        to.end = to.begin + (to.end - to.begin) / 2;
      number_ += to.end - to.begin;
      at_ = to.end;
      return true;
    }
    void make(size_t worker, ArrowSlice& slice, RowBlock& block) {
      rows_[worker].make(slice, block);
      slice.table.reset();
    }

   private:
    // An iterator that was read gives no rows, and no error.
    void end() const {
      LACUNA_REQUIRE(number_ > 1 || !source_.had_rows_, where_,
                     ": a stream must give its rows in each pass; pack the dataset, or give what makes a new "
                     "stream each time. Received: no rows, where there were some before.");
      if (number_ > 1) source_.had_rows_ = true;
    }

    const Arrow& source_;
    const char* where_;
    ArrowStream stream_;
    ArrowSchemaUse uses_;
    std::vector<ArrowRows> rows_{};
    std::shared_ptr<const ArrowTable> table_{};
    int64_t at_ = 0, length_ = 0;  // Rows of the table.
    int64_t number_ = 1;
  };

 private:
  const ArrowStreams streams_;
  const ArrowOptions options_;
  const ColumnLayout layout_;
  const std::string alone_;
  mutable std::atomic<bool> had_rows_ = false;
};

// A stream that waits for its one pass.
class OneStream {
 public:
  explicit OneStream(ArrowArrayStream* from) : stream_(*from) { from->release = nullptr; }
  ~OneStream() {
    if (stream_.release) stream_.release(&stream_);
  }
  OneStream(const OneStream&) = delete;
  OneStream& operator=(const OneStream&) = delete;

  void move_to(ArrowArrayStream* to) {
    LACUNA_REQUIRE(
        !taken_.exchange(true),
        "arrow: a stream can be read once; pack the dataset for more passes, or give what makes a new "
        "stream for each. Received: a second pass.");
    *to = stream_;
    stream_.release = nullptr;
  }

 private:
  ArrowArrayStream stream_;
  std::atomic<bool> taken_ = false;
};

}  // namespace

Dataset arrow(ArrowStreams streams, ArrowOptions options) {
  return Dataset(std::make_shared<const Arrow>(std::move(streams), std::move(options)));
}

Dataset arrow(ArrowArrayStream* stream, ArrowOptions options) {
  const auto one = std::make_shared<OneStream>(stream);
  return arrow([one](ArrowArrayStream* to) { one->move_to(to); }, std::move(options));
}

}  // namespace lacuna::data
