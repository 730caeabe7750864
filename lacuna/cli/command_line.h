// The command line: what the program `lacuna` does, in C++ and in Python.
#pragma once
#include <ostream>
#include <string>
#include <vector>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace cli {

// What command_line returns.
enum ExitCode : int {
  kDone = 0,
  kWrongInput = 1,     // A file, a row or a value is wrong, or memory or disk is full.
  kWrongOptions = 2,   // Options that are not known, are missing or do not fit.
  kInterrupted = 130,  // By Ctrl-C; 143 by a request to end (SIGTERM).
  kTerminated = 143,
  kOutputClosed = 141,  // Who reads the output went away, as `head` does.
};

struct CommandLineStreams {
  std::ostream& out;      // What was asked for: predictions, values, tables.
  std::ostream& err;      // Errors, warnings and progress.
  bool progress = false;  // Whether err shows progress, since it is a terminal.
};

// Runs `lacuna ARGUMENTS`, without the name of the program, such as {"train", "rows.csv", …}; never throws.
// An error is one line on err. While it runs, Ctrl-C and SIGTERM end it, and the handlers of interrupts,
// warnings and printed text are its own; afterwards there are none. So one call runs at a time, in a process
// that does nothing else meanwhile.
int command_line(const std::vector<std::string>& arguments, const CommandLineStreams& streams);

}  // namespace cli
}  // namespace lacuna
