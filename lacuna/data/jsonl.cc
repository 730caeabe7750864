// Datasets of lines of JSON.
#include "lacuna/data/jsonl.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "lacuna/base/message.h"
#include "lacuna/data/json_parser.h"
#include "lacuna/data/text_dataset.h"

namespace lacuna::data {
namespace {

// Keys that are not there take no bytes of the text, but entries of the rows. More columns: fewer lines at a
// time.
constexpr size_t kMostJsonEntries = size_t{1} << 22;

class Jsonl final : public TextSource<Jsonl> {
 public:
  Jsonl(const std::vector<std::string>& paths, JsonlOptions options)
      : TextSource("jsonl", paths, options.bad, options.readers),
        options_(std::move(options)),
        layout_("jsonl", options_.columns, options_.fields) {}

  const Schema& schema() const override { return layout_.schema(); }
  void add_settings(Fingerprint& to) const {
    to.emplace_back("format", options_.fields ? "jsonl, fields" : "jsonl");
    add_settings_of_columns(to, options_.columns);
  }

  using Piece = NumberedText;
  class Reader {
   public:
    Reader(const Jsonl& source, const char* where, size_t workers, const RowPlace& from)
        : source_(source),
          texts_(where, source.paths()),
          most_lines_(std::max<size_t>(1, kMostJsonEntries / source.options_.columns.size())) {
      if (!from.empty()) texts_.go_to(from);
      for (size_t w = 0; w < workers; ++w) parsers_.emplace_back(source.layout_);
    }

    bool take(NumberedText& to) {
      if (at_ == text_.text.size()) {
        at_ = 0;
        text_.text.clear();
        if (!texts_.next(text_)) return false;
      }
      to.file = text_.file;
      to.first_line = text_.first_line;
      to.after = text_.after;
      if (at_ == 0 && static_cast<size_t>(text_.after[2] - text_.first_line) < most_lines_) {
        std::swap(to.text, text_.text);
        text_.text.clear();
        return true;
      }
      const std::string& all = text_.text;
      size_t end = at_;
      for (size_t lines = 0; end < all.size() && lines < most_lines_; ++lines, ++text_.first_line)
        end = std::min(all.find('\n', end), all.size() - 1) + 1;
      to.text.assign(all, at_, end - at_);
      to.after[1] -= static_cast<int64_t>(all.size() - end);
      if (end < all.size()) to.after[2] = text_.first_line;
      at_ = end;
      return true;
    }

    void make(size_t worker, const NumberedText& text, RowBlock& block) {
      parsers_[worker].parse(text, source_.paths()[text.file], block);
      const bool first = text.file == 0 && text.first_line == 1;
      if (first && block.rows > 0) source_.warn_of_absent(parsers_[worker], block);
    }

   private:
    const Jsonl& source_;
    NumberedTexts texts_;
    const size_t most_lines_;
    NumberedText text_{};
    size_t at_ = 0;  // What was taken of it.
    std::vector<JsonParser> parsers_{};
  };

 private:
  // A name that no row has is mostly a mistake, and its values count as missing.
  void warn_of_absent(const JsonParser& parser, const RowBlock& block) const {
    const std::vector<std::string> names = parser.absent();
    if (names.empty() || warned_.exchange(true)) return;
    warn(text(
        "jsonl: each column should be a key of some rows, since else all its values are missing. Received: '",
        names[0], "', which none of the first ", block.rows + static_cast<Dim>(block.bad.size()), " rows of ",
        shown_utf8(paths()[0]), " has", nearest(names[0], parser.keys()), "."));
  }

  const JsonlOptions options_;
  const ColumnLayout layout_;
  mutable std::atomic<bool> warned_ = false;
};

}  // namespace

Dataset jsonl(const std::vector<std::string>& paths, JsonlOptions options) {
  return Dataset(std::make_shared<const Jsonl>(paths, std::move(options)));
}

}  // namespace lacuna::data
