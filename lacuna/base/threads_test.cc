// Same blocks on any number of threads; denormals flushed in every block; waiting threads sleep.
#include "lacuna/base/threads.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <mutex>
#include <ranges>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "lacuna/base/message.h"

namespace lacuna {
namespace {

using std::chrono::milliseconds;

class Threads : public testing::Test {
 protected:
  size_t before_ = num_threads();
  ~Threads() override { set_num_threads(before_); }
};

double cpu_seconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

TEST_F(Threads, BlocksAreTheSameOnAnyNumber) {
  const auto blocks = [](size_t threads) {
    set_num_threads(threads);
    std::mutex mutex;
    std::set<std::pair<size_t, size_t>> seen;
    parallel_for(1000, 77, [&](size_t begin, size_t end) {
      const std::lock_guard lock(mutex);
      seen.insert({begin, end});
    });
    return seen;
  };
  const auto one = blocks(1);
  EXPECT_EQ(one.size(), 13u);
  for (const size_t threads : {2, 3, 8}) EXPECT_EQ(one, blocks(threads)) << threads;
}

TEST_F(Threads, NumberMayExceedTheCores) {
  set_num_threads(8);
  std::mutex mutex;
  std::set<std::thread::id> ids;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  parallel_for(64, 1, [&](size_t, size_t) {  // Each waits for the others: a busy machine starts threads late.
    for (bool all = false; !all && std::chrono::steady_clock::now() < deadline;) {
      {
        const std::lock_guard lock(mutex);
        ids.insert(std::this_thread::get_id());
        all = ids.size() >= 8;
      }
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  EXPECT_EQ(ids.size(), 8u);  // Else the other tests prove less than they say.
}

// oneTBB ends the process if a worker finds no memory when it starts, so none may start within a loop.
TEST_F(Threads, AllStartBeforeTheFirstLoop) {
  set_num_threads(23);
  std::atomic<ptrdiff_t> there = 0;
  parallel_for(2, 1, [&](size_t begin, size_t) {
    if (begin == 0) there = std::ranges::distance(std::filesystem::directory_iterator("/proc/self/task"));
  });
  EXPECT_GE(there, 23);
}

TEST_F(Threads, DenormalsAreFlushedInEveryBlockAndOnlyThere) {
  volatile float least = std::numeric_limits<float>::min();
  for (const size_t threads : {1, 4}) {
    std::atomic<int> denormals{0};
    set_num_threads(threads);
    parallel_for(64, 1, [&](size_t, size_t) {
      denormals += std::fpclassify(least / 2) == FP_SUBNORMAL;
      std::this_thread::sleep_for(milliseconds(1));  // So that the workers get some blocks too.
    });
    EXPECT_EQ(denormals, 0);
    EXPECT_EQ(std::fpclassify(least / 2), FP_SUBNORMAL);
  }
}

TEST_F(Threads, WaitingThreadsSleep) {
  set_num_threads(4);
  parallel_for(64, 1, [](size_t, size_t) {});  // The workers exist now.
  const double before = cpu_seconds();
  parallel_for(2, 1, [](size_t begin, size_t) {
    if (begin == 0) std::this_thread::sleep_for(milliseconds(300));
  });
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_LT(cpu_seconds() - before, 0.15);
}

TEST_F(Threads, ExceptionReachesTheCaller) {
  for (const size_t threads : {1, 4}) {
    set_num_threads(threads);
    EXPECT_THROW(parallel_for(64, 1,
                              [](size_t i, size_t) {
                                if (i == 40) throw std::out_of_range("40");
                              }),
                 std::out_of_range);
  }
}

// Loops of a child that waited for its parent's workers would never end.
TEST_F(Threads, ForkedChildrenRunOnTheirOwn) {
  set_num_threads(4);
  parallel_for(64, 1, [](size_t, size_t) {});
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    std::atomic<size_t> done{0};
    parallel_for(1000, 1, [&](size_t begin, size_t end) { done += end - begin; });
    set_warning_handler([](const std::string&) {});
    set_num_threads(2);
    std::_Exit(done == 1000 && num_threads() == 1 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(num_threads(), 4u);
}

TEST_F(Threads, NumberMustBePositive) { EXPECT_THROW(set_num_threads(0), std::invalid_argument); }

}  // namespace
}  // namespace lacuna
