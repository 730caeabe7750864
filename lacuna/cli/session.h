// What the commands share: where they write, and how they end early.
#pragma once
#include <functional>
#include <ostream>
#include <stdexcept>
#include <string>

#include "lacuna/cli/command_line.h"

namespace lacuna::cli {

// What cannot be, by the options alone.
struct WrongOptions : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};
// Who reads the output went away.
struct OutputClosed : std::exception {};
// A signal asked to end.
struct Interrupted : std::exception {
  explicit Interrupted(int signal_) : signal(signal_) {}
  const char* what() const noexcept override { return "interrupted"; }
  int signal;
};

class Session {
 public:
  explicit Session(const CommandLineStreams& streams) : streams_(streams) {}

  std::ostream& err() const { return streams_.err; }
  bool progress() const { return streams_.progress && !quiet; }
  // Writes to `out`. Throws OutputClosed if nobody reads it, FileError for other faults.
  void write(const std::string& text) const;
  void flush() const;

  bool quiet = false;
  // Also get each warning, and the error that ends the command.
  std::function<void(const std::string&)> on_warning{}, on_error{};

 private:
  void check() const;
  const CommandLineStreams& streams_;
};

// While it lives, Ctrl-C and SIGTERM make long loops throw Interrupted; afterwards nothing ends them.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

 private:
  struct Before;
  Before* before_;
};

// While it lives, warnings and printed text go to the session; afterwards where they go by default.
class Messages {
 public:
  explicit Messages(const Session& session);
  ~Messages();
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;
};

}  // namespace lacuna::cli
