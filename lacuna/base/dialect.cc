// The dialect: one flag of the process.
#include "lacuna/base/dialect.h"

#include <atomic>
#include <cstdlib>

#include "lacuna/base/error.h"
#include "lacuna/base/message.h"
#include "lacuna/base/names.h"

namespace lacuna {
namespace {

bool is_keras_3(std::string_view version, const char* where) {
  LACUNA_REQUIRE(version == "2.2.4" || version == "3", where,
                 " must be '2.2.4' or '3'. Received: ", in_quotes(version), ".");
  return version == "3";
}

std::atomic<bool>& keras_3() {
  static std::atomic<bool> flag = [] {
    const char* given = std::getenv("LACUNA_KERAS");
    return given && *given && is_keras_3(given, "LACUNA_KERAS");
  }();
  return flag;
}

}  // namespace

namespace config {

void set_keras(std::string_view version) { keras_3() = is_keras_3(version, "set_keras: version"); }
std::string keras() { return keras_3() ? "3" : "2.2.4"; }

}  // namespace config

bool speaks_keras_3() { return keras_3(); }

}  // namespace lacuna
