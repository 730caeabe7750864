// Parallel loops that give the same bits for any number of threads.
#pragma once
#include <cstddef>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

// The number of threads that loops use: 1 or more, even more than there are cores. The environment variable
// LACUNA_NUM_THREADS sets it at the start; the default is the number of cores. Do not change it while a loop
// runs.
void set_num_threads(size_t threads);
size_t num_threads();

namespace detail {
using BlockFunction = void (*)(const void* body, size_t begin, size_t end);
void parallel_blocks(size_t n, size_t grain, const void* body, BlockFunction call);
using Function = void (*)(const void* body);
void run_beside(const void* work, Function call_work, const void* other, Function call_other);
}  // namespace detail

// Calls body(begin, end) for the blocks [0, grain), [grain, 2 grain), … of [0, n), in any order and on any
// threads. The blocks depend on n and grain alone, so results do not depend on threads, bit for bit, if each
// block writes only its own values. Denormals are flushed in every block. A lone block runs on the calling
// thread: on shared cores a barrier costs more than small work. Threads without work sleep. Allocates nothing
// itself.
template <class Body>
void parallel_for(size_t n, size_t grain, const Body& body) {
  detail::parallel_blocks(n, grain, &body, [](const void* b, size_t begin, size_t end) {
    (*static_cast<const Body*>(b))(begin, end);
  });
}

// Calls work() on this thread and other() at the same time on another one, or afterwards if there is none. So
// work() must not wait for other(), and other() must take no lock that the caller of a loop may hold.
template <class Work, class Other>
void beside(const Work& work, const Other& other) {
  detail::run_beside(
      &work, [](const void* w) { (*static_cast<const Work*>(w))(); }, &other,
      [](const void* o) { (*static_cast<const Other*>(o))(); });
}

// While it lives, loops that this thread starts check for an interrupt (base/interrupt.h) between the blocks
// that run on this thread, and end by the exception that the check throws. If not `wanted`, they do not. Only
// for work that is undone when it ends early.
class Interruptible {
 public:
  explicit Interruptible(bool wanted = true);
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  bool before_;
};

// While it lives, this thread treats denormals as zero and makes none (FTZ and DAZ; FZ on Arm).
class FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  unsigned long long saved_;
};

}  // namespace lacuna
