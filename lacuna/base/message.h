// What the library says: warnings and printed text, each through one handler.
#pragma once
#include <functional>
#include <string>

namespace lacuna {

// stderr unless a handler is set; warnings.warn in Python.
void warn(const std::string& message);
void set_warning_handler(std::function<void(const std::string&)> handler);  // An empty one means stderr.

// Where the progress bar and summaries go: stdout unless set; sys.stdout in Python.
void print(const std::string& text);
void set_print_handler(std::function<void(const std::string&)> handler);

}  // namespace lacuna
