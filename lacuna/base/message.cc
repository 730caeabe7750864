// The handlers of warnings, of notes for a log and of printed text.
#include "lacuna/base/message.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "lacuna/base/redraws.h"

namespace lacuna {
namespace {

using Handler = std::function<void(const std::string&)>;

// Never destroyed: a thread may outlive the statics.
Handler& warning_handler() {
  static auto* handler = new Handler;
  return *handler;
}
Handler& info_handler() {
  static auto* handler = new Handler;
  return *handler;
}
Handler& print_handler() {
  static auto* handler = new Handler;
  return *handler;
}

}  // namespace

void warn(const std::string& message) {
  if (warning_handler()) warning_handler()(message);
  else std::fprintf(stderr, "lacuna: %s\n", message.c_str());
}

void set_warning_handler(Handler handler) { warning_handler() = std::move(handler); }

void inform(const std::string& message) {
  if (info_handler()) info_handler()(message);
}

void set_info_handler(Handler handler) { info_handler() = std::move(handler); }

bool informs() { return static_cast<bool>(info_handler()); }

void print(const std::string& text) {
  if (print_handler()) {
    print_handler()(text);
  } else {
    const std::string shown = isatty(STDOUT_FILENO) ? text : without_redraws(text);
    std::fwrite(shown.data(), 1, shown.size(), stdout);
    std::fflush(stdout);
  }
}

void set_print_handler(Handler handler) { print_handler() = std::move(handler); }

}  // namespace lacuna
