// Which known name an unknown one is nearest to, by edit distance.
#include "lacuna/base/error.h"

#include <algorithm>
#include <numeric>

namespace lacuna {
namespace {

size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t change = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(const std::string& name, const std::vector<std::string>& known) {
  if (known.empty()) return "";
  const auto best = std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
    return edit_distance(name, a) < edit_distance(name, b);
  });
  std::string all;
  for (const auto& k : known) all += (all.empty() ? "" : ", ") + k;
  return text("; did you mean '", *best, "'? Known: ", all);
}

}  // namespace lacuna
