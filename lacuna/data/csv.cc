// Datasets of CSV text: the files are read in order, and parsed by several threads.
#include "lacuna/data/csv.h"

#include <mutex>

#include "lacuna/base/threads.h"
#include "lacuna/data/bad_row_judge.h"
#include "lacuna/data/csv_parser.h"
#include "lacuna/data/in_order.h"

namespace lacuna::data {
namespace {

size_t workers_of(size_t readers) {
  if (readers > 0) return readers;
  return num_threads() > 1 ? (num_threads() + 1) / 2 : 0;
}

class CsvSource final : public RowSource, public std::enable_shared_from_this<CsvSource> {
 public:
  CsvSource(const std::vector<std::string>& paths, CsvOptions options)
      : options_(std::move(options)), paths_(files_of("csv", paths)), layout_(options_) {
    LACUNA_REQUIRE(options_.delimiter != '\n' && options_.delimiter != '\r' && options_.delimiter != options_.quote &&
                       options_.delimiter != '\0',
                   "csv: the delimiter must not end a line or quote a field. Received: '",
                   std::string(1, options_.delimiter), "'.");
    LACUNA_REQUIRE(options_.bad.max_bad >= 0 && options_.bad.max_bad <= 1,
                   "csv: max_bad must be in [0, 1]. Received: max_bad=", options_.bad.max_bad, ".");
  }

  const Schema& schema() const override { return layout_.schema(); }
  std::unique_ptr<RowStream> open(const char* where) const override;
  BadRowReport report() const override {
    const std::lock_guard lock(mutex_);
    return report_;
  }

  const CsvOptions& options() const { return options_; }
  const CsvLayout& layout() const { return layout_; }
  const std::vector<std::string>& paths() const { return paths_; }
  void set_report(BadRowReport report) const {
    const std::lock_guard lock(mutex_);
    report_ = std::move(report);
  }

 private:
  const CsvOptions options_;
  const std::vector<std::string> paths_;
  const CsvLayout layout_;
  mutable std::mutex mutex_{};
  mutable BadRowReport report_{};
};

class CsvStream final : public RowStream {
 public:
  CsvStream(std::shared_ptr<const CsvSource> source, const char* where)
      : source_(std::move(source)),
        work_(*source_, where, workers_of(source_->options().readers)),
        judge_(where, source_->options().bad),
        blocks_(work_, workers_of(source_->options().readers)) {}

  bool next(RowBlock& block) override {
    do {
      if (!blocks_.next(block)) {
        if (!over_) source_->set_report(judge_.finish());
        over_ = true;
        return false;
      }
      judge_.judge(block);
    } while (block.rows == 0);
    return true;
  }

 private:
  class Work {
   public:
    Work(const CsvSource& source, const char* where, size_t workers)
        : source_(source), where_(where), texts_(where, source.paths()) {
      for (size_t w = 0; w < std::max<size_t>(1, workers); ++w) parsers_.emplace_back(source.layout());
    }

    bool take(CsvText& to) {
      do {
        if (!texts_.next(to.text)) return false;
        to.path = &source_.paths()[to.text.file];
        if (to.text.first_line == 1) begin_file(to.text, *to.path);
      } while (to.text.text.empty());
      to.uses = uses_;
      return true;
    }
    void make(size_t worker, const CsvText& text, RowBlock& block) { parsers_[worker].parse(text, block); }

   private:
    // Reads the header, if there is one, and takes it out of the text.
    void begin_file(NumberedText& text, const std::string& path) {
      const char* const begin = text.text.data();
      const char* const end = begin + text.text.size();
      const char* const line = end_of_line(begin, end);
      const auto fields = fields_of_line({begin, static_cast<size_t>(line - begin)}, source_.options().delimiter,
                                         source_.options().quote);
      const Header header = source_.options().header;
      if (header == Header::yes || (header == Header::automatic && source_.layout().is_header(fields))) {
        uses_ = source_.layout().by_header(where_, fields, path);
        text.text.erase(0, static_cast<size_t>(std::min(line + 1, end) - begin));
        ++text.first_line;
      } else {
        uses_ = source_.layout().in_order();
      }
    }

    const CsvSource& source_;
    const char* where_;
    NumberedTexts texts_;
    FieldUses uses_{};  // Of the file that is read.
    std::vector<CsvParser> parsers_{};
  };

  std::shared_ptr<const CsvSource> source_;
  Work work_;
  BadRowJudge judge_;
  InOrder<Work, CsvText, RowBlock> blocks_;  // Its threads use the work.
  bool over_ = false;
};

std::unique_ptr<RowStream> CsvSource::open(const char* where) const {
  return std::make_unique<CsvStream>(shared_from_this(), where);
}

}  // namespace

Dataset csv(const std::vector<std::string>& paths, CsvOptions options) {
  return Dataset(std::make_shared<const CsvSource>(paths, std::move(options)));
}

}  // namespace lacuna::data
