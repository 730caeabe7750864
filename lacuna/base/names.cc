// Names of classes and functions.
#include "lacuna/base/names.h"

#include <cctype>
#include <regex>

#include "lacuna/base/error.h"

namespace lacuna {

std::string snake_case(const std::string& name) {
  static const std::regex capital("(.)([A-Z][a-z0-9]+)"), after_small("([a-z])([A-Z])");
  std::string result = std::regex_replace(name, capital, "$1_$2");
  result = std::regex_replace(result, after_small, "$1_$2");
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result.starts_with('_') ? text("private", result) : result;
}

std::string in_quotes(std::string_view name) { return text("'", cut(name), "'"); }

std::string cut(std::string_view given) {
  if (given.size() <= kShown) return std::string(given);
  size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(given[end]) & 0xC0) == 0x80) --end;
  return text(given.substr(0, end), "…");
}

}  // namespace lacuna
