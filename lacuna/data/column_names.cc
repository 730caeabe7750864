// Names of columns, and the words in them.
#include "lacuna/data/column_names.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "lacuna/base/interrupt.h"
#include "lacuna/data/vw_words.h"
#include "lacuna/features/fingerprint.h"

namespace lacuna::data {
namespace {

const ColumnRange* range_of(const RowPart& part, Dim column) {
  const auto found = std::ranges::find_if(
      part.columns, [&](const ColumnRange& range) { return range.begin <= column && column < range.end; });
  return found == part.columns.end() ? nullptr : &*found;
}

const Column* settings_for(const ReadOptions& options, const std::string& name) {
  const auto found = std::ranges::find(options.columns, name, &Column::name);
  return found == options.columns.end() ? nullptr : &*found;
}

bool is_hashed(const Column& column) {
  return column.kind == Column::Kind::category && column.vocabulary.empty();
}

// How often words were seen in the columns that are asked for.
class Seen {
 public:
  explicit Seen(std::span<const Dim> columns) {
    for (const Dim column : columns) words_[column];
  }
  void add(Dim column, std::string_view word) {
    if (const auto found = words_.find(column); found != words_.end()) ++found->second[std::string(word)];
  }
  std::map<Dim, std::vector<WordOfColumn>> sorted() const {
    std::map<Dim, std::vector<WordOfColumn>> result;
    for (const auto& [column, words] : words_) {
      if (words.empty()) continue;
      std::vector<WordOfColumn>& all = result[column];
      for (const auto& [word, count] : words) all.push_back({word, count});
      std::ranges::sort(all, [](const WordOfColumn& a, const WordOfColumn& b) {
        return a.count != b.count ? a.count > b.count : a.word < b.word;
      });
    }
    return result;
  }

 private:
  std::unordered_map<Dim, std::unordered_map<std::string, int64_t>> words_{};
};

// The same rows with the words of hashed columns as they are, and all else left out.
ReadOptions words_alone(const ReadOptions& options, const RowPart& part) {
  ReadOptions result = options;
  result.bad = {.on_bad = OnBad::skip, .max_bad = 1};
  result.fields = false;
  result.columns.clear();
  for (const Column& column : options.columns) {
    if (is_hashed(column) && column.input == part.name)
      result.columns.push_back(string(column.name, {.input = part.name}));
    else if (options.header == Header::no) result.columns.push_back(ignored(column.name));
  }
  return result;
}

void count_words(const std::vector<std::string>& paths, const ReadOptions& options, const RowPart& part,
                 Seen& seen) {
  const ReadOptions words = words_alone(options, part);
  if (std::ranges::none_of(words.columns, [](const Column& c) { return c.kind == Column::Kind::string; }))
    return;
  const Dataset rows = read(paths, words);
  struct Used {
    Dim begin, bins;
    char separator;
  };
  std::vector<Used> uses;
  for (const Column& column : words.columns) {
    if (column.kind != Column::Kind::string) continue;
    const Column* settings = settings_for(options, column.name);
    const auto range = std::ranges::find(part.columns, column.name, &ColumnRange::name);
    LACUNA_REQUIRE(settings && range != part.columns.end(),
                   "words_of_columns: the input must be one of these options. Received: column '",
                   column.name, "'.");
    uses.push_back({range->begin, settings->bins, settings->separator});
  }
  const auto stream = rows.open("words_of_columns");
  for (RowBlock block; stream->next(block); poll_interrupt()) {
    const auto texts = block.parts[0].dense().values<std::string_view>();
    for (size_t i = 0; i < texts.size(); ++i) {
      const Used& use = uses[i % uses.size()];
      std::string_view field = texts[i];
      while (use.separator == '\0' || !field.empty()) {
        const size_t end = use.separator == '\0' ? std::string_view::npos : field.find(use.separator);
        const std::string_view word = field.substr(0, end);
        const auto bin = static_cast<Dim>(features::fingerprint(word) % static_cast<uint64_t>(use.bins));
        seen.add(use.begin + bin, word);
        if (end == std::string_view::npos) break;
        field.remove_prefix(end + 1);
      }
    }
  }
}

}  // namespace

std::string name_of_column(const ReadOptions& options, const RowPart& part, Dim column) {
  const ColumnRange* range = range_of(part, column);
  if (!range)
    return std::to_string(options.format == "libsvm" && options.zero_based == ZeroBased::no ? column + 1
                                                                                            : column);
  const Dim within = column - range->begin;
  const Column* settings = settings_for(options, range->name);
  if (settings && settings->kind == Column::Kind::ids) return text(range->name, "=", within);
  if (settings && !settings->vocabulary.empty())
    return range->name + "=" +
           (within == 0 ? "(other)" : settings->vocabulary[static_cast<size_t>(within) - 1]);
  return range->end - range->begin == 1 ? range->name : text(range->name, "[", within, "]");
}

std::map<Dim, std::vector<WordOfColumn>> words_of_columns(const std::vector<std::string>& paths,
                                                          const ReadOptions& options, const RowPart& part,
                                                          std::span<const Dim> columns) {
  Seen seen(columns);
  const auto add = [&](Dim column, std::string_view word) { seen.add(column, word); };
  if (options.format == "vw") vw_words(paths, options, part, add);
  else if (!options.columns.empty()) count_words(paths, options, part, seen);
  return seen.sorted();
}

}  // namespace lacuna::data
