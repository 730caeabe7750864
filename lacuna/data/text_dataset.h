// What datasets of text have in common: files are read in order, parsed by several threads, and judged.
#pragma once
#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/base/threads.h"
#include "lacuna/base/utf8.h"
#include "lacuna/data/bad_row_judge.h"
#include "lacuna/data/byte_source.h"
#include "lacuna/data/dataset.h"
#include "lacuna/data/fingerprint.h"
#include "lacuna/data/in_order.h"
#include "lacuna/data/numbered_text.h"

namespace lacuna::data {

constexpr size_t kMostReaders = 1024;

// How many threads parse: those that the user wants, or half of those that there are, and none beside a
// single one.
inline size_t workers_of(size_t readers) {
  if (readers > 0) return readers;
  return num_threads() > 1 ? (num_threads() + 1) / 2 : 0;
}

// The base of a kind of text. Format is the class that derives from it, and has
//   using Text: what is taken from the files at a time;
//   void add_settings(Fingerprint&) const: the options that decide what the rows are;
//   class Reader: Reader(const Format&, const char* where, size_t workers), and take and make as InOrder
//   needs them.
template <class Format>
class TextSource : public RowSource, public std::enable_shared_from_this<TextSource<Format>> {
 public:
  TextSource(const char* where, const std::vector<std::string>& paths, BadRowOptions bad, size_t readers)
      : paths_(files_of(where, paths)), bad_(std::move(bad)), readers_(readers) {
    LACUNA_REQUIRE(bad_.max_bad >= 0 && bad_.max_bad <= 1, where,
                   ": max_bad must be in [0, 1]. Received: max_bad=", bad_.max_bad, ".");
    LACUNA_REQUIRE(readers <= kMostReaders, where, ": readers must be at most ", kMostReaders,
                   ". Received: readers=", readers, ".");
    LACUNA_REQUIRE(bad_.on_bad == OnBad::skip || bad_.rejects.empty(), where,
                   ": rejects must be given with on_bad='skip'. Received: on_bad='raise', rejects='",
                   shown_utf8(bad_.rejects), "'.");
  }

  std::unique_ptr<RowStream> open(const char* where, const RowOrder& = {}) const override {
    return std::make_unique<Stream>(this->shared_from_this(), where);
  }
  BadRowReport report() const override {
    const std::lock_guard lock(mutex_);
    return report_;
  }
  Fingerprint fingerprint(const char* where) const override {
    Fingerprint result;
    for (const std::string& path : paths_) result.emplace_back(path, fingerprint_of_file(where, path));
    result.emplace_back("on_bad", bad_.on_bad == OnBad::skip ? "skip" : "raise");
    static_cast<const Format&>(*this).add_settings(result);
    return result;
  }
  const std::vector<std::string>& paths() const { return paths_; }

 protected:
  // A pass, which keeps the source alive.
  class Stream final : public RowStream {
   public:
    Stream(std::shared_ptr<const TextSource> source, const char* where)
        : source_(std::move(source)),
          workers_(std::ranges::all_of(source_->paths_, is_regular) ? workers_of(source_->readers_) : 0),
          reader_(static_cast<const Format&>(*source_), where, std::max<size_t>(1, workers_)),
          judge_(where, source_->bad_, source_->paths_),
          blocks_(reader_, workers_) {}

    bool next(RowBlock& block) override {
      do {
        if (!blocks_.next(block)) {
          if (!std::exchange(over_, true)) source_->end(judge_.finish());
          return false;
        }
        judge_.judge(block);
      } while (block.rows == 0);
      return true;
    }

   private:
    std::shared_ptr<const TextSource> source_;
    size_t workers_;
    typename Format::Reader reader_;
    BadRowJudge judge_;
    InOrder<typename Format::Reader, typename Format::Text, RowBlock>
        blocks_;  // Last: its threads use the reader.
    bool over_ = false;
  };

 private:
  void end(BadRowReport report) const {
    const std::lock_guard lock(mutex_);
    report_ = std::move(report);
  }

  const std::vector<std::string> paths_;
  const BadRowOptions bad_;
  const size_t readers_;
  mutable std::mutex mutex_{};
  mutable BadRowReport report_{};
};

}  // namespace lacuna::data
