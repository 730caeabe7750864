// What sources of columns have in common: pieces are taken in order, become rows on several threads, and are
// judged.
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
#include "lacuna/data/dataset.h"
#include "lacuna/data/in_order.h"
#include "lacuna/data/row_place.h"

namespace lacuna::data {

constexpr size_t kMostReaders = 1024;

// How many threads parse: those that the user wants, or half of those that there are, and none beside a
// single one.
inline size_t workers_of(size_t readers) {
  if (readers > 0) return readers;
  return num_threads() > 1 ? (num_threads() + 1) / 2 : 0;
}

// The base of a kind of source. Format is the class that derives from it, and has
//   using Piece: what is taken at a time;
//   class Reader: Reader(const Format&, const char* where, size_t workers, const RowPlace& from), and take
//   and make as InOrder needs them.
template <class Format>
class JudgedSource : public RowSource, public std::enable_shared_from_this<JudgedSource<Format>> {
 public:
  JudgedSource(const char* where, BadRowOptions bad, size_t readers)
      : bad_(std::move(bad)), readers_(readers) {
    LACUNA_REQUIRE(bad_.max_bad >= 0 && bad_.max_bad <= 1, where,
                   ": max_bad must be in [0, 1]. Received: max_bad=", bad_.max_bad, ".");
    LACUNA_REQUIRE(readers <= kMostReaders, where, ": readers must be at most ", kMostReaders,
                   ". Received: readers=", readers, ".");
    LACUNA_REQUIRE(bad_.on_bad == OnBad::skip || bad_.rejects.empty(), where,
                   ": rejects must be given with on_bad='skip'. Received: on_bad='raise', rejects='",
                   shown_utf8(bad_.rejects), "'.");
  }

  std::unique_ptr<RowStream> open(const char* where, const RowOrder& order = {}) const override {
    begin_pass(where);
    RowPlace from = order.from;
    BadRowReport before;
    if (!from.empty()) {
      before.bad = take_last(where, from);
      before.rows = take_last(where, from);
    }
    return std::make_unique<Stream>(this->shared_from_this(), where, from, before);
  }
  BadRowReport report() const override {
    const std::lock_guard lock(mutex_);
    return report_;
  }

 protected:
  // What decides about bad rows.
  void add_settings_of_bad_rows(Fingerprint& to) const {
    to.emplace_back("on_bad", bad_.on_bad == OnBad::skip ? "skip" : "raise");
  }
  // The files that are read, and whether a pass can begin within them.
  virtual std::vector<std::string> files() const { return {}; }
  virtual bool has_places() const { return true; }
  // Throws if there can be no other pass.
  virtual void begin_pass(const char* /*where*/) const {}

 private:
  // A pass, which keeps the source alive.
  class Stream final : public RowStream {
   public:
    Stream(std::shared_ptr<const JudgedSource> source, const char* where, const RowPlace& from,
           const BadRowReport& before)
        : source_(std::move(source)),
          has_places_(source_->has_places() && source_->bad_.rejects.empty()),
          workers_(workers_of(source_->readers_)),
          reader_(static_cast<const Format&>(*source_), where, std::max<size_t>(1, workers_), from),
          judge_(where, source_->bad_, source_->files(), before),
          blocks_(reader_, workers_) {}

    bool next(RowBlock& block) override {
      do {
        if (!blocks_.next(block)) {
          if (!std::exchange(over_, true)) source_->end(judge_.finish());
          return false;
        }
        judge_.judge(block);
        place_counts(block.after);
      } while (block.rows == 0);
      return true;
    }

   private:
    // What a pass that begins there must know of the rows before. All rejects are in one file, so a pass that
    // writes them reads all rows.
    void place_counts(RowPlace& after) const {
      if (after.empty()) return;
      if (!has_places_) after.clear();
      else after.insert(after.end(), {judge_.report().rows, judge_.report().bad});
    }

    std::shared_ptr<const JudgedSource> source_;
    bool has_places_;
    size_t workers_;
    typename Format::Reader reader_;
    BadRowJudge judge_;
    InOrder<typename Format::Reader, typename Format::Piece, RowBlock>
        blocks_;  // Last: its threads use the reader.
    bool over_ = false;
  };

  void end(BadRowReport report) const {
    const std::lock_guard lock(mutex_);
    report_ = std::move(report);
  }

  const BadRowOptions bad_;
  const size_t readers_;
  mutable std::mutex mutex_{};
  mutable BadRowReport report_{};
};

}  // namespace lacuna::data
