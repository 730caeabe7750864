// Reads in a forked child. The child starts no thread, takes no lock of ours but HDF5's, and never returns.
#include "lacuna/hdf5/trial.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"

namespace lacuna::hdf5 {
namespace {

constexpr char kGood = '+', kBad = '-';  // The first byte of the answer; an error's message follows.

uint64_t memory_now() {
  uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

void limit(decltype(RLIMIT_AS) what, uint64_t most) {
  rlimit now{};
  ::getrlimit(what, &now);
  if (now.rlim_max == RLIM_INFINITY || now.rlim_max > most) now.rlim_cur = now.rlim_max = most;
  ::setrlimit(what, &now);
}

[[noreturn]] void be_child(int answer, const TrialLimits& limits, const std::function<void()>& read) {
  for (const int deadly : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) ::signal(deadly, SIG_DFL);
  ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);  // The parent reports a crash.
  if (const uint64_t now = memory_now()) limit(RLIMIT_AS, now + limits.bytes);
  limit(RLIMIT_CPU, limits.seconds);
  limit(RLIMIT_CORE, 0);
  std::string result(1, kGood);
  try {
    read();
  } catch (const std::exception& e) {
    result = kBad + std::string(e.what());
  } catch (...) {
    result = kBad;
  }
  for (size_t sent = 0; sent < result.size();) {
    const ssize_t n = ::write(answer, result.data() + sent, result.size() - sent);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    sent += static_cast<size_t>(n);
  }
  ::_exit(0);
}

// The child's whole answer once it has ended; empty if it did not end in time.
std::string answer_of(int from, unsigned seconds, bool& ended) {
  const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  std::string result;
  while (std::chrono::steady_clock::now() < last) {
    pollfd ready{from, POLLIN, 0};
    if (::poll(&ready, 1, 50) <= 0) {
      poll_interrupt();
      continue;
    }
    char block[4096];
    const ssize_t n = ::read(from, block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    ended = n <= 0;
    if (ended) return result;
    result.append(block, static_cast<size_t>(n));
  }
  return {};
}

struct Child {
  pid_t id;
  int answer;
  bool ended = false;
  ~Child() {
    ::close(answer);
    if (!ended) ::kill(id, SIGKILL);
    while (::waitpid(id, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
};

}  // namespace

void try_in_child(const char* where, const std::string& path, const TrialLimits& limits,
                  const std::function<void()>& read) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) path_failed(where, "the file must be tried first", path, errno);
  const pid_t id = ::fork();
  if (id == 0) be_child(ends[1], limits, read);
  const int number = errno;
  ::close(ends[1]);
  if (id < 0) {
    ::close(ends[0]);
    path_failed(where, "the file must be tried in a process of its own first", path, number);
  }
  Child child{id, ends[0]};
  const std::string answer =
      answer_of(child.answer, 3 * limits.seconds, child.ended);  // It may wait for the disk.
  LACUNA_REQUIRE(!answer.empty(), where, ": the file must be one that HDF5 can read. Received: path='",
                 shown_utf8(path), "', on which HDF5 crashes, never ends or takes ", limits.bytes >> 20,
                 " MiB and more: it is damaged, or made to do harm.");
  LACUNA_REQUIRE(answer[0] == kGood, answer.substr(1));
}

}  // namespace lacuna::hdf5
