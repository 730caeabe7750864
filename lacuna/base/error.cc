// Builds messages from their parts, and finds the known name that is nearest to an unknown one by edit
// distance.
#include "lacuna/base/error.h"

#include <algorithm>
#include <sstream>

namespace lacuna {
namespace {

// Counts insertions, deletions, changes and swaps of adjacent letters; the beginning of a name counts 1.
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

Part::Part(const char* value)
    : value_(value), write_([](std::ostream& out, const void* v) { out << static_cast<const char*>(v); }) {}
Part::Part(const std::string& value)
    : value_(&value),
      write_([](std::ostream& out, const void* v) { out << *static_cast<const std::string*>(v); }) {}
Part::Part(const std::string_view& value)
    : value_(&value),
      write_([](std::ostream& out, const void* v) { out << *static_cast<const std::string_view*>(v); }) {}

std::string joined(std::initializer_list<Part> parts) {
  std::ostringstream out;
  out.exceptions(std::ios_base::badbit);  // Else a lack of memory cuts the text, even the key of a node.
  for (const Part& part : parts) part.write_(out, part.value_);
  return out.str();
}

std::string nearest(const std::string& name, const std::vector<std::string>& known) {
  if (known.empty()) return "";
  const std::string given = name.substr(0, 200);  // Time grows with its length.
  const auto best = std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
    return distance(given, a) < distance(given, b);
  });
  std::string all;
  for (const auto& k : known) all += (all.empty() ? "" : ", ") + k;
  return text("; did you mean '", *best, "'? Known: ", all);
}

}  // namespace lacuna
