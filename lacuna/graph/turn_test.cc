// A turn has one holder at a time, in order of arrival, however turns are joined meanwhile; an interrupt and
// a fork end a wait.
#include "lacuna/graph/turn.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "lacuna/base/interrupt.h"

namespace lacuna {
namespace {

using std::chrono::milliseconds;

TEST(Turn, IsOneThreadsAtATime) {
  const Turn turn;
  int count = 0;  // Not atomic: ThreadSanitizer would see two at once.
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 500; ++k) {
        const auto held = turn.take();
        const auto again = turn.take();  // The same thread takes it again.
        ++count;
      }
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(count, 2000);
}

TEST(Turn, WhoWaitsComesBetweenTwoSteps) {
  const Turn turn;
  std::atomic<bool> done = false, started = false;
  std::thread fits([&] {
    while (!done) {
      const auto held = turn.take();
      started = true;
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  while (!started) std::this_thread::yield();
  for (int i = 0; i < 10; ++i) const auto held = turn.take();  // Would never end without an order.
  done = true;
  fits.join();
}

TEST(Turn, JoinedTurnsAreOne) {
  std::array<Turn, 8> turns;
  std::vector<int> counts(turns.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < turns.size(); ++i)
    threads.emplace_back([&, i] {
      for (int k = 0; k < 300; ++k) {
        const auto held = turns[i].take();
        ++counts[i];
      }
    });
  for (size_t i = 0; i + 1 < turns.size(); i += 2) turns[i].join(turns[i + 1]);
  for (size_t i = 0; i + 2 < turns.size(); i += 2) turns[i + 1].join(turns[i + 2]);
  for (auto& t : threads) t.join();
  for (const int count : counts) EXPECT_EQ(count, 300);
  int together = 0;  // Not atomic.
  threads.clear();
  for (const Turn& turn : turns)
    threads.emplace_back([&] {
      for (int k = 0; k < 100; ++k) {
        const auto held = turn.take();
        ++together;
      }
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(together, 800);
}

TEST(Turn, IsNotJoinedByWhoHasOne) {
  const Turn one, other, third;
  (void)other.take();
  {
    const auto held = one.take();
    EXPECT_THROW(one.join(other), std::invalid_argument);
    one.join(third);  // Nobody has ever held it.
  }
  one.join(other);
  const Turn fit(true);
  const auto held = fit.take();  // A fit calls users' code, which may make models.
  one.join(other);
}

TEST(Turn, AnInterruptEndsTheWait) {
  const Turn turn;
  std::optional<Turn::Held> held(turn.take());
  static std::atomic<bool> wanted = false;
  set_interrupt_check([] {
    if (wanted) throw std::runtime_error("interrupted");
  });
  std::thread waits([&] { EXPECT_THROW((void)turn.take(), std::runtime_error); });
  wanted = true;
  waits.join();
  wanted = false;
  set_interrupt_check({});
  held.reset();
  (void)turn.take();
}

TEST(Turn, AChildOfAProcessInAStepIsToldSo) {
  const Turn turn, free;
  (void)free.take();
  std::atomic<bool> taken = false, done = false;
  std::thread other([&] {
    const auto held = turn.take();
    taken = true;
    while (!done) std::this_thread::sleep_for(milliseconds(1));
  });
  while (!taken) std::this_thread::yield();
  const pid_t child = fork();
  if (child == 0) {
    (void)free.take();
    try {
      (void)turn.take();
    } catch (const std::runtime_error&) {
      _exit(0);
    }
    _exit(1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  done = true;
  other.join();
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace lacuna
