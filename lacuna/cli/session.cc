// Output, signals and messages of a command.
#include "lacuna/cli/session.h"

#include <cerrno>
#include <csignal>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"

namespace lacuna::cli {
namespace {

volatile std::sig_atomic_t signal_that_came = 0;

void note_signal(int signal) { signal_that_came = signal; }

}  // namespace

void Session::write(const std::string& text) const {
  errno = 0;
  streams_.out << text;
  check();
}

void Session::flush() const {
  errno = 0;
  streams_.out.flush();
  check();
}

void Session::check() const {
  if (streams_.out) return;
  if (errno == EPIPE || errno == 0) throw OutputClosed();
  path_failed("lacuna", "the output must be writable", "-", errno);
}

struct Interrupts::Before {
  struct sigaction interrupt {
  }, terminate{};
};

Interrupts::Interrupts() : before_(new Before) {
  signal_that_came = 0;
  struct sigaction action {};
  action.sa_handler = note_signal;
  sigaction(SIGINT, &action, &before_->interrupt);
  sigaction(SIGTERM, &action, &before_->terminate);
  set_interrupt_check([] {
    if (signal_that_came != 0) throw Interrupted(signal_that_came);
  });
}

Interrupts::~Interrupts() {
  set_interrupt_check({});
  sigaction(SIGINT, &before_->interrupt, nullptr);
  sigaction(SIGTERM, &before_->terminate, nullptr);
  delete before_;
}

Messages::Messages(const Session& session) {
  set_warning_handler([&session](const std::string& message) {
    session.err() << "lacuna: warning: " << message << '\n' << std::flush;
    if (session.on_warning) session.on_warning(message);
  });
  set_print_handler([&session](const std::string& text) { session.err() << text << std::flush; });
}

Messages::~Messages() {
  set_warning_handler({});
  set_print_handler({});
}

}  // namespace lacuna::cli
