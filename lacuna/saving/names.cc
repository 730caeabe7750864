// Converts names to paths and back.
#include "lacuna/saving/names.h"

#include <set>

namespace lacuna::saving {
namespace {

constexpr char kMark = '%';

bool leads_there(const std::string& name) {
  if (name.empty() || name[0] == kMark) return false;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    if (part.empty() || part == ".") return false;
    begin = end + 1;
  }
  return true;
}

std::string written_out(const std::string& name) {
  std::string result(1, kMark);
  for (const char c : name) result += c == '/' ? "%2F" : c == kMark ? "%25" : std::string(1, c);
  return result;
}

}  // namespace

std::string as_path(const std::string& name) { return leads_there(name) ? name : written_out(name); }

std::string from_path(const std::string& path) {
  if (path.empty() || path[0] != kMark) return path;
  std::string result;
  for (size_t i = 1; i < path.size(); ++i) {
    const std::string code = path.substr(i, 3);
    if (code == "%2F" || code == "%25") i += 2;
    result += code == "%2F" ? '/' : path[i - (code == "%25" ? 2 : 0)];
  }
  return result;
}

std::vector<std::string> as_paths(const std::vector<std::string>& names) {
  const std::set<std::string> all(names.begin(), names.end());
  const auto within_another = [&](const std::string& name) {
    for (size_t end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1))
      if (all.contains(name.substr(0, end))) return true;
    return false;
  };
  std::vector<std::string> result;
  for (const std::string& name : names)
    result.push_back(within_another(name) ? written_out(name) : as_path(name));
  return result;
}

}  // namespace lacuna::saving
