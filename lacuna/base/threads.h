// Parallel loops that give the same bits for any number of threads.
#pragma once
#include <cstddef>

namespace lacuna {

// The number of threads that loops use: 1 and up; also more than there are cores. Starts as
// LACUNA_NUM_THREADS of the environment, or else as the number of cores. Not to be changed while a loop runs.
void set_num_threads(size_t threads);
size_t num_threads();

namespace detail {
using BlockFunction = void (*)(const void* body, size_t begin, size_t end);
void parallel_blocks(size_t n, size_t grain, const void* body, BlockFunction call);
using Function = void (*)(const void* body);
void run_beside(const void* work, Function call_work, const void* other, Function call_other);
}  // namespace detail

// Calls body(begin, end) for the blocks [0, grain), [grain, 2 grain), … of [0, n), in any order and on any
// threads. The blocks depend on n and grain alone, so bits do not depend on threads when a block writes
// only what is its own. Denormals are flushed in every block. A lone block runs on the calling thread:
// on shared cores a barrier costs more than small work. Threads without work sleep. Allocates nothing itself.
template <class Body>
void parallel_for(size_t n, size_t grain, const Body& body) {
  detail::parallel_blocks(n, grain, &body, [](const void* b, size_t begin, size_t end) {
    (*static_cast<const Body*>(b))(begin, end);
  });
}

// Calls work() on this thread and, at the same time where there are threads, other(): for an `other` that
// work does not wait for, and that takes no lock which a loop's caller may hold.
template <class Work, class Other>
void beside(const Work& work, const Other& other) {
  detail::run_beside(
      &work, [](const void* w) { (*static_cast<const Work*>(w))(); }, &other,
      [](const void* o) { (*static_cast<const Other*>(o))(); });
}

// While it lives, loops that this thread starts look for an interrupt (base/interrupt.h) between the blocks
// that run on it, and end by what that throws; or, false, do not. For work that is as if it had not been when
// it ends early.
class Interruptible {
 public:
  explicit Interruptible(bool wanted = true);
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  bool before_;
};

// While it lives, this thread takes denormals for zero and makes none (FTZ and DAZ; FZ on Arm).
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
