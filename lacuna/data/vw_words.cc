// Splits lines at blanks, bars and colons, as vw_parser does.
#include "lacuna/data/vw_words.h"

#include <algorithm>

#include "lacuna/base/interrupt.h"
#include "lacuna/data/numbered_text.h"
#include "lacuna/data/vw_parser.h"
#include "lacuna/features/fingerprint.h"

namespace lacuna::data {
namespace {

std::string_view word_of_vw(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r"), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t\r"));
  rest.remove_prefix(word.size());
  return word.substr(0, word.find(':'));
}

}  // namespace

void vw_words(const std::vector<std::string>& paths, const ReadOptions& options, const RowPart& part,
              const std::function<void(Dim, std::string_view)>& add) {
  const bool together = options.namespaces.empty();
  const auto bins = static_cast<uint64_t>(options.bins);
  std::string shown;
  const auto add_namespace = [&](std::string_view rest) {
    const bool named = !rest.empty() && rest[0] != ' ' && rest[0] != '\t';
    const std::string_view name = named ? word_of_vw(rest) : std::string_view();
    const auto range =
        together ? part.columns.begin()
                 : std::ranges::find(part.columns, name.empty() ? kNoName : name, &ColumnRange::name);
    if (range == part.columns.end()) return;
    const uint64_t of_name = together && !name.empty() ? features::fingerprint(name) : 0;
    for (std::string_view feature = word_of_vw(rest); !feature.empty(); feature = word_of_vw(rest)) {
      shown.assign(name);
      if (!name.empty()) shown += '^';
      shown.append(feature);
      add(range->begin +
              static_cast<Dim>(vw_hash(together ? name : std::string_view(), of_name, feature) % bins),
          shown);
    }
  };
  NumberedTexts texts("words_of_columns", paths);
  for (NumberedText some; texts.next(some); poll_interrupt()) {
    std::string_view all = some.text;
    while (!all.empty()) {
      std::string_view line = all.substr(0, all.find('\n'));
      all.remove_prefix(std::min(line.size() + 1, all.size()));
      for (size_t bar = line.find('|'); bar != std::string_view::npos; bar = line.find('|')) {
        line.remove_prefix(bar + 1);
        add_namespace(line.substr(0, line.find('|')));
      }
    }
  }
}

}  // namespace lacuna::data
