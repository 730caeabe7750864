// Things come in order from any number of threads, and an exception comes in its place.
#include "lacuna/data/in_order.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

namespace lacuna::data {
namespace {

// Makes squares of 0 to `count` - 1; the later ones are ready first.
struct Squares {
  int count, bad = -1, taken = 0;

  bool take(int& to) {
    if (taken == count) return false;
    to = taken++;
    return true;
  }
  void make(size_t, const int& given, int& made) const {
    std::this_thread::sleep_for(std::chrono::microseconds(given % 4 == 0 ? 300 : 0));
    if (given == bad) throw std::runtime_error("bad");
    made = given * given;
  }
};

TEST(InOrder, AnyNumberOfThreadsKeepsTheOrder) {
  for (const size_t workers : {0, 1, 2, 7})
    for (const int count : {0, 1, 5, 100}) {
      Squares squares{count};
      InOrder<Squares, int, int> made(squares, workers);
      int one = 0;
      for (int i = 0; i < count; ++i) {
        ASSERT_TRUE(made.next(one));
        EXPECT_EQ(one, i * i);
      }
      EXPECT_FALSE(made.next(one));
      EXPECT_FALSE(made.next(one));
    }
}

TEST(InOrder, AnExceptionComesAfterWhatWasMadeBeforeIt) {
  for (const size_t workers : {0, 1, 3}) {
    Squares squares{50, 20};
    InOrder<Squares, int, int> made(squares, workers);
    int one = 0;
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(made.next(one));
    EXPECT_THROW(made.next(one), std::runtime_error);
    EXPECT_FALSE(made.next(one));
  }
}

TEST(InOrder, WhatIsNotAskedForIsLeft) {
  for (const size_t workers : {1, 4}) {
    Squares squares{1000};
    InOrder<Squares, int, int> made(squares, workers);
    int one = 0;
    ASSERT_TRUE(made.next(one));
  }
}

TEST(InOrder, AnInterruptEndsTheWait) {
  struct Slow {
    int taken = 0;
    bool take(int& to) {
      to = taken++;
      return true;
    }
    void make(size_t, const int&, int&) const { std::this_thread::sleep_for(std::chrono::milliseconds(400)); }
  };
  struct Stop {};
  set_interrupt_check([] { throw Stop(); });
  for (const size_t workers : {0, 1, 3}) {
    std::this_thread::sleep_for(std::chrono::milliseconds(60));  // Polls are at least 50 ms apart.
    Slow slow;
    {
      InOrder<Slow, int, int> made(slow, workers);
      int one = 0;
      EXPECT_THROW(made.next(one), Stop);
    }
    EXPECT_LT(slow.taken, 10);
  }
  set_interrupt_check({});
}

}  // namespace
}  // namespace lacuna::data
