// Loops of base/threads.h on the calling thread alone: for lacuna::predictor, which takes the place of
// base/threads.cc so that it links no oneTBB. A program that serves has threads of its own.
#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"

namespace lacuna {

void set_num_threads(size_t threads) {
  LACUNA_REQUIRE(threads == 1,
                 "set_num_threads: a predictor's loops run on one thread. Received: threads=", threads, ".");
}
size_t num_threads() { return 1; }

Interruptible::Interruptible(bool wanted) : before_(wanted) {}
Interruptible::~Interruptible() = default;

namespace detail {

void run_beside(const void* work, Function call_work, const void* other, Function call_other) {
  call_work(work);
  call_other(other);
}

void parallel_blocks(size_t n, size_t grain, const void* body, BlockFunction call) {
  const FlushDenormals flush;
  grain = std::max<size_t>(grain, 1);
  for (size_t begin = 0; begin < n; begin += grain) call(body, begin, std::min(n, begin + grain));
}

}  // namespace detail
}  // namespace lacuna
