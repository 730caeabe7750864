// The columns of the text, and the threads that parse it.
#include "lacuna/data/vw.h"

#include "lacuna/base/utf8.h"
#include "lacuna/data/column_layout.h"
#include "lacuna/data/text_dataset.h"
#include "lacuna/data/vw_parser.h"

namespace lacuna::data {
namespace {

std::vector<Column> columns_of(const VwOptions& options) {
  LACUNA_REQUIRE(options.bins > 0, "vw: bins must be positive. Received: bins=", options.bins, ".");
  const CategoryOptions features{.bins = options.bins, .separator = ' '};
  std::vector<Column> columns{label("y"), sample_weight("sample_weight")};
  for (const std::string& name : options.namespaces) {
    LACUNA_REQUIRE(name == kNoName || name.find_first_of(" \t\r\n|:") == std::string::npos,
                   "vw: the name of a namespace must have no blank, bar or colon, since no text can have it. "
                   "Received: namespaces with '",
                   shown_utf8(name), "'.");
    columns.push_back(category(name.empty() ? std::string(kNoName) : name, features));
  }
  if (options.namespaces.empty()) columns.push_back(category("features", features));
  return columns;
}

class Vw final : public TextSource<Vw> {
 public:
  Vw(const std::vector<std::string>& paths, VwOptions options)
      : TextSource("vw", paths, options.bad, options.readers),
        together_(options.namespaces.empty()),
        labels_(options.labels),
        columns_(columns_of(options)),
        layout_("vw", columns_, false) {}

  const Schema& schema() const override { return layout_.schema(); }
  void add_settings(Fingerprint& to) const {
    to.emplace_back("format", text("vw", together_ ? "" : ", namespaces", labels_ ? "" : ", labels or none"));
    add_settings_of_columns(to, columns_);
  }

  using Piece = NumberedText;
  class Reader {
   public:
    Reader(const Vw& source, const char* where, size_t workers, const RowPlace& from)
        : source_(source), texts_(where, source.paths()) {
      if (!from.empty()) texts_.go_to(from);
      for (size_t w = 0; w < workers; ++w)
        parsers_.emplace_back(source.layout_, source.together_, source.labels_);
    }

    bool take(NumberedText& to) { return texts_.next(to); }
    void make(size_t worker, const NumberedText& text, RowBlock& block) {
      parsers_[worker].parse(text, source_.paths()[text.file], block);
    }

   private:
    const Vw& source_;
    NumberedTexts texts_;
    std::vector<VwParser> parsers_{};
  };

 private:
  const bool together_, labels_;
  const std::vector<Column> columns_;
  const ColumnLayout layout_;
};

}  // namespace

Dataset vw(const std::vector<std::string>& paths, VwOptions options) {
  return Dataset(std::make_shared<const Vw>(paths, std::move(options)));
}

}  // namespace lacuna::data
