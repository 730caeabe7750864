// Checks of paths.
#include "lacuna/base/path.h"

#include <system_error>

#include "lacuna/base/utf8.h"

namespace lacuna {

const std::string& checked_path(const char* where, const std::string& path) {
  LACUNA_REQUIRE(!path.empty(), where, ": the path must not be empty. Received: path=''.");
  const size_t end = path.find('\0');
  LACUNA_REQUIRE(end == std::string::npos, where, ": a path must not have a NUL. Received: path='",
                 shown_utf8(path.substr(0, end)), "\\x00…'.");
  return path;
}

void path_failed(const char* where, const char* must, const std::string& path, int number) {
  throw FileError(text(where, ": ", must, ". Received: path='", shown_utf8(path), "', ",
                       std::generic_category().message(number), "."),
                  number, path);
}

}  // namespace lacuna
