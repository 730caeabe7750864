// Datasets of CSV text.
#include "lacuna/data/csv.h"

#include "lacuna/base/utf8.h"
#include "lacuna/data/csv_parser.h"
#include "lacuna/data/text_dataset.h"

namespace lacuna::data {
namespace {

class Csv final : public TextSource<Csv> {
 public:
  Csv(const std::vector<std::string>& paths, CsvOptions options)
      : TextSource("csv", paths, options.bad, options.readers),
        options_(std::move(options)),
        layout_("csv", options_.columns, options_.fields, options_.delimiter) {
    const auto ends_line = [](char c) { return c == '\n' || c == '\r'; };
    LACUNA_REQUIRE(!ends_line(options_.delimiter) && !ends_line(options_.quote) &&
                       options_.delimiter != options_.quote && options_.delimiter != '\0',
                   "csv: delimiter and quote must be different characters that do not end a line. Received: "
                   "characters ",
                   int{options_.delimiter}, " and ", int{options_.quote}, ".");
  }

  const Schema& schema() const override { return layout_.schema(); }
  void add_settings(Fingerprint& to) const {
    to.emplace_back("format",
                    text("csv, delimiter ", int{options_.delimiter}, ", quote ", int{options_.quote},
                         ", header ", static_cast<int>(options_.header), options_.fields ? ", fields" : ""));
    add_settings_of_columns(to, options_.columns);
  }

  using Piece = CsvText;
  class Reader {
   public:
    Reader(const Csv& source, const char* where, size_t workers, const RowPlace& from)
        : source_(source), where_(where), texts_(where, source.paths()) {
      if (!from.empty()) begin_at(from);
      for (size_t w = 0; w < workers; ++w) parsers_.emplace_back(source.layout_, source.options_);
    }

    bool take(CsvText& to) {
      do {
        if (!texts_.next(to.text)) return false;
        to.path = &source_.paths()[to.text.file];
        if (to.text.first_line == 1 && !to.text.text.empty()) begin_file(to.text, *to.path);
      } while (to.text.text.empty());
      to.uses = uses_;
      return true;
    }
    void make(size_t worker, const CsvText& text, RowBlock& block) {
      parsers_[worker].parse(text, block);
      block.after = text.text.after;
    }

   private:
    // The header of the file is read again, since it tells what the columns of the rows after are.
    void begin_at(const RowPlace& from) {
      texts_.go_to(from);
      NumberedTexts of_header(where_, source_.paths());
      of_header.go_to({from[0], 0, 1});
      if (NumberedText text; of_header.next(text)) begin_file(text, source_.paths()[text.file]);
    }
    // Reads the header, if there is one, and takes it out of the text.
    void begin_file(NumberedText& text, const std::string& path) {
      const CsvOptions& options = source_.options_;
      const std::string_view line(text.text.data(), std::min(text.text.find('\n'), text.text.size()));
      const auto fields = fields_of_line(line, options.delimiter, options.quote);
      if (options.header == Header::yes ||
          (options.header == Header::automatic && source_.layout_.is_header(fields))) {
        uses_ = source_.layout_.by_names(
            where_, "a file's header", fields, shown_utf8(path),
            options.header == Header::automatic ? "; write header=False if this line is a row" : "");
        text.text.erase(0, line.size() + 1);
        ++text.first_line;
      } else {
        uses_ = source_.layout_.in_order();
      }
    }

    const Csv& source_;
    const char* where_;
    NumberedTexts texts_;
    FieldUses uses_{};  // Of the file that is read.
    std::vector<CsvParser> parsers_{};
  };

 private:
  const CsvOptions options_;
  const ColumnLayout layout_;
};

}  // namespace

Dataset csv(const std::vector<std::string>& paths, CsvOptions options) {
  return Dataset(std::make_shared<const Csv>(paths, std::move(options)));
}

}  // namespace lacuna::data
