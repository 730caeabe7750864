// Warnings, notes for a log and printed text of the library, each through one handler.
#pragma once
#include <functional>
#include <string>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

// Writes to stderr unless a handler is set; in Python it is warnings.warn.
void warn(const std::string& message);
void set_warning_handler(std::function<void(const std::string&)> handler);  // An empty one means stderr.

// Tells what was done that a log should keep: a fit that goes on from a backup, an epoch, rows that were
// packed. Goes nowhere unless a handler is set; in Python it is logging.getLogger("lacuna").info.
void inform(const std::string& message);
void set_info_handler(std::function<void(const std::string&)> handler);
bool informs();  // Whether there is a handler, so that a message is worth being made.

// Prints the progress bar and summaries: to stdout unless a handler is set; in Python to sys.stdout.
void print(const std::string& text);
void set_print_handler(std::function<void(const std::string&)> handler);

}  // namespace lacuna
