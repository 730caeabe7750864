// Leaves out lines that are drawn again.
#include "lacuna/base/redraws.h"

namespace lacuna {

std::string without_redraws(const std::string& text) {
  if (text.empty() || text[0] != '\r') return text;
  if (text.back() != '\n') return {};
  std::string line = text.substr(1, text.size() - 2);
  line.erase(line.find_last_not_of(' ') + 1);  // What covered a longer line.
  return line + "\n";
}

}  // namespace lacuna
