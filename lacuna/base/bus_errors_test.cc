// SIGBUS of a guarded range is a result; every other one goes where it went before.
#include "lacuna/base/bus_errors.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cfenv>
#include <csetjmp>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <vector>

namespace lacuna {
namespace {

// Pages of a file that has none, so that reading them is a fault.
class NoPages {
 public:
  NoPages() : file_(::memfd_create("none", MFD_CLOEXEC)) {
    bytes_ = static_cast<std::byte*>(::mmap(nullptr, kBytes, PROT_READ, MAP_SHARED, file_, 0));
  }
  ~NoPages() {
    ::munmap(bytes_, kBytes);
    ::close(file_);
  }
  const std::byte* bytes() const { return bytes_; }
  static constexpr size_t kBytes = 8192;

 private:
  int file_;
  std::byte* bytes_;
};

void look(const void* at) { static_cast<void>(*static_cast<const volatile char*>(at)); }

bool survives(const NoPages& pages) {
  return survives_bus_errors(pages.bytes(), NoPages::kBytes, look, pages.bytes() + 5000);
}

// What a child does, as waitpid tells it.
template <class F>
int status_of_child(const F& run) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGBUS, SIG_DFL);  // The test's own process may have a handler already.
    run();
    std::_Exit(0);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

bool ended_by(int status, int signal) { return WIFSIGNALED(status) && WTERMSIG(status) == signal; }
bool ended_with(int status, int code) { return WIFEXITED(status) && WEXITSTATUS(status) == code; }

TEST(BusErrors, AreResultsWithinTheRange) {
  const NoPages pages;
  const int number = 5;
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(survives(pages));
  EXPECT_TRUE(survives_bus_errors(pages.bytes(), NoPages::kBytes, look, &number));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) EXPECT_FALSE(survives(pages));
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(BusErrors, LeaveTheRoundingAsItWas) {
  const NoPages pages;
  std::fesetround(FE_UPWARD);
  EXPECT_FALSE(survives(pages));
  EXPECT_EQ(std::fegetround(), FE_UPWARD);
  std::fesetround(FE_TONEAREST);
}

TEST(BusErrors, AChildHasThemToo) {
  const NoPages pages;
  EXPECT_FALSE(survives(pages));
  EXPECT_TRUE(ended_with(status_of_child([&] { std::_Exit(survives(pages) ? 1 : 7); }), 7));
}

TEST(BusErrors, OthersEndTheProcessAsBefore) {
  const NoPages pages, others;
  const auto begin = [&] { survives(pages); };
  EXPECT_TRUE(ended_by(status_of_child([&] { begin(), look(others.bytes()); }), SIGBUS));
  EXPECT_TRUE(ended_by(status_of_child([&] { begin(), look(pages.bytes()); }), SIGBUS));  // Not guarded now.
  EXPECT_TRUE(ended_by(status_of_child([&] { begin(), ::raise(SIGBUS); }), SIGBUS));
  const auto wrong_range = [&] { survives_bus_errors(pages.bytes(), 4096, look, others.bytes()); };
  EXPECT_TRUE(ended_by(status_of_child([&] { begin(), wrong_range(); }), SIGBUS));
}

void end_with_9(int) { std::_Exit(9); }
sigjmp_buf bus_error_back;
void jump_back(int, siginfo_t*, void*) { siglongjmp(bus_error_back, 1); }

struct sigaction bus_error_before;
void say_and_pass_on(int number) {  // As Python's faulthandler does.
  const ssize_t written = ::write(STDOUT_FILENO, "", 0);
  static_cast<void>(written);
  ::sigaction(number, &bus_error_before, nullptr);
  ::raise(number);
}
void call_the_one_before(int number, siginfo_t* info, void* context) {
  if (bus_error_before.sa_flags & SA_SIGINFO) bus_error_before.sa_sigaction(number, info, context);
}
void install(void (*handler)(int), int flags = SA_NODEFER) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  ::sigaction(SIGBUS, &action, &bus_error_before);
}
void install(void (*handler)(int, siginfo_t*, void*), int flags = 0) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = flags | SA_SIGINFO;
  ::sigaction(SIGBUS, &action, &bus_error_before);
}

TEST(BusErrors, OthersGoToTheHandlerThatWasThere) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer holds signals back that a handler raises.";
#endif
  const NoPages pages, others;
  // Before and after ours, and what both say.
  EXPECT_TRUE(ended_with(status_of_child([&] {
                           install(end_with_9);
                           if (!survives(pages)) look(others.bytes());
                         }),
                         9));
  EXPECT_TRUE(ended_with(status_of_child([&] {
                           survives(pages);
                           install(end_with_9);
                           if (!survives(pages)) look(others.bytes());
                         }),
                         9));
  EXPECT_TRUE(ended_by(status_of_child([&] {
                         survives(pages);
                         install(say_and_pass_on);  // To ours, which must not call it again.
                         if (!survives(pages)) look(others.bytes());
                       }),
                       SIGBUS));
  EXPECT_TRUE(ended_by(status_of_child([&] {
                         survives(pages);
                         install(call_the_one_before);
                         if (!survives(pages)) look(others.bytes());
                       }),
                       SIGBUS));
  EXPECT_TRUE(ended_with(status_of_child([&] {
                           install(end_with_9);
                           survives(pages);
                           install(call_the_one_before);
                           if (!survives(pages)) look(others.bytes());
                         }),
                         9));
  EXPECT_TRUE(ended_with(status_of_child([&] {
                           std::signal(SIGBUS, SIG_IGN);
                           survives(pages);
                           ::raise(SIGBUS);  // Sent, and ignored as before.
                           std::_Exit(3);
                         }),
                         3));
}

TEST(BusErrors, AnotherHandlerMayAlsoJump) {
  const NoPages pages, others;
  EXPECT_TRUE(ended_with(status_of_child([&] {
                           install(jump_back, SA_NODEFER);
                           static int jumps = 0;
                           if (sigsetjmp(bus_error_back, 1) != 0 && ++jumps == 5) std::_Exit(jumps);
                           survives(pages);
                           look(others.bytes());
                         }),
                         5));
}

}  // namespace
}  // namespace lacuna
