// Which known name an unknown one is nearest to, by edit distance.
#include "lacuna/base/error.h"

#include <algorithm>

namespace lacuna {
namespace {

// Insertions, deletions, changes, and neighbours that changed places; the beginning of a name is near to it.
size_t distance(const std::string& a, const std::string& b) {
  if (!a.empty() && b.starts_with(a)) return 1;
  const size_t width = b.size() + 1;
  std::vector<size_t> d((a.size() + 1) * width);
  for (size_t i = 0; i <= a.size(); ++i)
    for (size_t j = 0; j <= b.size(); ++j) {
      size_t& here = d[i * width + j];
      if (i == 0 || j == 0) {
        here = i + j;
        continue;
      }
      const size_t change = d[(i - 1) * width + j - 1] + (a[i - 1] != b[j - 1]);
      here = std::min({change, d[(i - 1) * width + j] + 1, d[i * width + j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        here = std::min(here, d[(i - 2) * width + j - 2] + 1);
    }
  return d.back();
}

}  // namespace

std::string nearest(const std::string& name, const std::vector<std::string>& known) {
  if (known.empty()) return "";
  const std::string given = name.substr(0, 200);  // Time goes with its length.
  const auto best = std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
    return distance(given, a) < distance(given, b);
  });
  std::string all;
  for (const auto& k : known) all += (all.empty() ? "" : ", ") + k;
  return text("; did you mean '", *best, "'? Known: ", all);
}

}  // namespace lacuna
