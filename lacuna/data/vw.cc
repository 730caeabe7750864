// Parses lines such as "1 2.0 'tag|user:0.5 age:31 m |shop 7 red".
#include "lacuna/data/vw.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "lacuna/data/column_layout.h"
#include "lacuna/data/number.h"
#include "lacuna/data/row_writer.h"
#include "lacuna/data/text_dataset.h"
#include "lacuna/features/fingerprint.h"
#include "lacuna/kernels/byte_classes.h"
#include "lacuna/kernels/field_ends.h"

namespace lacuna::data {
namespace {

bool between_words(char c) { return c == ' ' || c == '\t'; }

// Takes the next word from the front of a text; empty at the end.
std::string_view next_word(std::string_view& text) {
  while (!text.empty() && between_words(text[0])) text.remove_prefix(1);
  size_t end = 0;
  while (end < text.size() && !between_words(text[end])) ++end;
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

bool number_of(std::string_view word, double& value) {
  const char* const end = word.data() + word.size();
  return !word.empty() && read_number(word.data(), end, value) == end && std::isfinite(value);
}

// The column of a namespace. That without a name is a space for Vowpal Wabbit, too.
std::string_view name_of_column(std::string_view name) { return name.empty() ? " " : name; }

std::vector<Column> columns_of(const VwOptions& options) {
  LACUNA_REQUIRE(options.bins > 0, "vw: bins must be positive. Received: bins=", options.bins, ".");
  const CategoryOptions features{.bins = options.bins, .separator = ' '};
  std::vector<Column> columns{label("y"), sample_weight("sample_weight")};
  for (const std::string& name : options.namespaces)
    columns.push_back(category(std::string(name_of_column(name)), features));
  if (options.namespaces.empty()) columns.push_back(category("features", features));
  return columns;
}

// Not thread-safe; each thread has its own.
class VwParser {
 public:
  explicit VwParser(const ColumnLayout& layout, bool together)
      : rows_(layout), uses_(layout.in_order()), together_(together) {}

  void parse(const NumberedText& text, const std::string& path, RowBlock& block) {
    const std::string& all = text.text;
    const size_t lines = kernels::count_lines(all.data(), all.size()) + 1;
    rows_.begin(block, lines, static_cast<size_t>(std::ranges::count_if(all, between_words)),
                !kernels::is_ascii(all.data(), all.size()) && !is_utf8(all));
    std::string_view rest = all;
    for (int64_t line = text.first_line; !rest.empty(); ++line) {
      std::string_view one = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      if (one.ends_with('\r')) one.remove_suffix(1);
      if (std::ranges::all_of(one, between_words)) continue;
      rows_.begin_row();
      if (parse_line(one)) {
        rows_.end_row();
        continue;
      }
      const FieldUse* const failed = rows_.failed();
      block.bad.push_back({path, line, failed ? failed->column->name : "", rows_.reason(), std::string(one)});
      rows_.drop_row();
    }
    rows_.finish();
    block.after = text.after;
  }

 private:
  bool parse_line(std::string_view line) {
    const size_t bar = std::min(line.find('|'), line.size());
    if (!parse_label(line.substr(0, bar))) return false;
    for (line.remove_prefix(bar); !line.empty();) {
      line.remove_prefix(1);
      const size_t end = std::min(line.find('|'), line.size());
      if (!parse_namespace(line.substr(0, end))) return false;
      line.remove_prefix(end);
    }
    return true;
  }

  // "label importance initial 'tag", of which the first alone must be given. A last word that touches the bar
  // is a tag, too.
  bool parse_label(std::string_view text) {
    const bool touches = !text.empty() && !between_words(text.back());
    if (touches) text = text.substr(0, text.find_last_of(" \t") + 1);
    double numbers[] = {0, 1, 0};
    size_t count = 0;
    for (std::string_view word = next_word(text); !word.empty(); word = next_word(text)) {
      if (!touches && word[0] == '\'' && next_word(text).empty()) break;
      if (count == 0 && !number_of(word, numbers[0]))
        return rows_.fail("a label must be a finite number", uses_[0]);
      if (count > 2 || !number_of(word, numbers[count]))
        return rows_.fail("a weight must be a finite number, 0 or more, and an initial prediction may follow",
                          uses_[1]);
      ++count;
    }
    if (count == 0) return rows_.fail("a label must be a finite number", uses_[0]);
    return rows_.use_number(*uses_[0], numbers[0]) && rows_.use_number(*uses_[1], numbers[1]);
  }

  // "name:scale feature:value feature", where the name may be missing.
  bool parse_namespace(std::string_view text) {
    std::string_view name;
    double scale = 1;
    if (!text.empty() && !between_words(text[0])) {
      name = next_word(text);
      if (const size_t colon = name.find(':'); colon != std::string_view::npos) {
        if (!number_of(name.substr(colon + 1), scale))
          return rows_.fail("the scale of a namespace must be a finite number");
        name = name.substr(0, colon);
      }
    }
    const FieldUse* const use = use_of(name);
    if (!use) return true;
    if (!rows_.is_word(name)) return rows_.fail(RowWriter::kBrokenWord, use);
    const uint64_t of_name = together_ && !name.empty() ? features::fingerprint(name) : 0;
    together_name_.assign(name).append("^");
    const char* p = text.data();
    const char* const end = p + text.size();
    for (;;) {
      while (p < end && between_words(*p)) ++p;
      if (p == end) break;
      const char* const begin = p;
      bool digits = true;
      for (; p < end && *p != ':' && !between_words(*p); ++p) digits = digits && is_digit(*p);
      const std::string_view feature(begin, static_cast<size_t>(p - begin));
      if (feature.empty()) return rows_.fail("a feature must have a name", use);
      if (!rows_.is_word(feature)) return rows_.fail(RowWriter::kBrokenWord, use);
      double value = 1;
      if (p < end && *p == ':') {
        const char* const from = ++p;
        while (p < end && !between_words(*p)) ++p;
        if (!number_of({from, static_cast<size_t>(p - from)}, value))
          return rows_.fail("the value of a feature must be a finite number", use);
      }
      const auto single = static_cast<float>(value * scale);
      if (!std::isfinite(single)) return rows_.fail("the value of a feature must be finite in float32", use);
      if (single == 0) continue;
      if (digits && feature.size() < 19) rows_.put(*use, column_of_number(*use, feature, of_name), single);
      else rows_.put(*use, column_of_name(*use, name, feature), single);
    }
    return true;
  }

  // Null: it is not read.
  const FieldUse* use_of(std::string_view name) const {
    if (together_) return uses_[2];
    const auto found = std::ranges::find_if(uses_.begin() + 2, uses_.end(), [&](const FieldUse* use) {
      return use->column->name == name_of_column(name);
    });
    return found == uses_.end() ? nullptr : *found;
  }

  static Dim column_of_number(const FieldUse& use, std::string_view feature, uint64_t of_name) {
    uint64_t number = 0;
    std::from_chars(feature.data(), feature.data() + feature.size(), number);
    number += of_name;
    return static_cast<Dim>(use.bins.remainder(number));
  }

  Dim column_of_name(const FieldUse& use, std::string_view name, std::string_view feature) {
    if (!together_ || name.empty()) return RowWriter::category(use, feature);
    const size_t size = name.size() + 1 + feature.size();
    if (together_name_.size() < size) together_name_.resize(size);
    std::memcpy(together_name_.data() + name.size() + 1, feature.data(), feature.size());
    return RowWriter::category(use, {together_name_.data(), size});
  }

  RowWriter rows_;
  const FieldUses uses_;
  const bool together_;
  std::string together_name_{};  // "namespace^feature".
};

class Vw final : public TextSource<Vw> {
 public:
  Vw(const std::vector<std::string>& paths, VwOptions options)
      : TextSource("vw", paths, options.bad, options.readers),
        together_(options.namespaces.empty()),
        columns_(columns_of(options)),
        layout_("vw", columns_, false) {}

  const Schema& schema() const override { return layout_.schema(); }
  void add_settings(Fingerprint& to) const {
    to.emplace_back("format", together_ ? "vw" : "vw, namespaces");
    for (const Column& column : columns_)
      to.emplace_back("column '" + column.name + "'", settings_of(column));
  }

  using Piece = NumberedText;
  class Reader {
   public:
    Reader(const Vw& source, const char* where, size_t workers, const RowPlace& from)
        : source_(source), texts_(where, source.paths()) {
      if (!from.empty()) texts_.go_to(from);
      for (size_t w = 0; w < workers; ++w) parsers_.emplace_back(source.layout_, source.together_);
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
  const bool together_;
  const std::vector<Column> columns_;
  const ColumnLayout layout_;
};

}  // namespace

Dataset vw(const std::vector<std::string>& paths, VwOptions options) {
  return Dataset(std::make_shared<const Vw>(paths, std::move(options)));
}

}  // namespace lacuna::data
