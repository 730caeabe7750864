// Parallel loops over fixed blocks, on oneTBB. Only this file includes it, and ThreadSanitizer leaves it out:
// oneTBB is not compiled for that, so its hand-overs would all look like races. Handover tells of them
// instead.
#include "lacuna/base/threads.h"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/base/interrupt.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Null where ThreadSanitizer does not run.
extern "C" {
[[gnu::weak]] void __tsan_acquire(void* tag);
[[gnu::weak]] void __tsan_release(void* tag);
}

namespace lacuna {
namespace {

// What the caller did happens before every block, and every block before what the caller does next.
class Handover {
 public:
  Handover() { release(fork_); }
  ~Handover() { acquire(join_); }

  class Block {
   public:
    explicit Block(Handover& handover) : handover_(handover) { acquire(handover_.fork_); }
    ~Block() { release(handover_.join_); }

   private:
    Handover& handover_;
  };

 private:
  static void acquire(char& tag) {
    if (__tsan_acquire) __tsan_acquire(&tag);
  }
  static void release(char& tag) {
    if (__tsan_release) __tsan_release(&tag);
  }

  char fork_{}, join_{};
};

#if defined(__x86_64__)
constexpr unsigned kFlush = 0x8040;  // FTZ | DAZ
unsigned long long control_word() { return _mm_getcsr(); }
void set_control_word(unsigned long long word) { _mm_setcsr(static_cast<unsigned>(word)); }
#elif defined(__aarch64__)
constexpr unsigned long long kFlush = 1ull << 24;  // FZ
unsigned long long control_word() { return __builtin_aarch64_get_fpcr64(); }
void set_control_word(unsigned long long word) { __builtin_aarch64_set_fpcr64(word); }
#endif

size_t threads_at_start() {
  if (const char* text_value = std::getenv("LACUNA_NUM_THREADS")) {
    const long threads = std::strtol(text_value, nullptr, 10);
    if (threads > 0) return static_cast<size_t>(threads);
  }
  return std::max(1u, std::thread::hardware_concurrency());
}

// The control alone allows more threads than cores, but only an arena of that size asks for them. Made at
// first use, so that a process that never runs a large loop starts no thread.
struct Pool {
  explicit Pool(size_t threads)
      : allowed(tbb::global_control::max_allowed_parallelism, threads), arena(static_cast<int>(threads)) {
    arena.initialize();  // Else the first loop does, and its floating-point settings become the arena's.
  }
  tbb::global_control allowed;
  tbb::task_arena arena;
};

std::mutex pool_mutex;
size_t wanted = threads_at_start();

std::shared_ptr<Pool>& current_pool() {
  static auto* pool = new std::shared_ptr<Pool>;  // Never destroyed: oneTBB's own statics may go first.
  return *pool;
}

std::shared_ptr<Pool> pool() {
  const std::lock_guard lock(pool_mutex);
  if (!current_pool()) current_pool() = std::make_shared<Pool>(wanted);
  return current_pool();
}

thread_local bool interruptible = false;

}  // namespace

void set_num_threads(size_t threads) {
  require(threads >= 1 && threads <= 1024,
          "set_num_threads: threads must be from 1 to 1024. Received: threads=", threads, ".");
  const std::lock_guard lock(pool_mutex);
  if (threads != wanted) current_pool().reset();
  wanted = threads;
}

size_t num_threads() {
  const std::lock_guard lock(pool_mutex);
  return wanted;
}

FlushDenormals::FlushDenormals() : saved_(control_word()) { set_control_word(saved_ | kFlush); }
FlushDenormals::~FlushDenormals() { set_control_word(saved_); }

Interruptible::Interruptible(bool wanted) : before_(std::exchange(interruptible, wanted)) {}
Interruptible::~Interruptible() { interruptible = before_; }

namespace detail {

void run_beside(const void* work, Function call_work, const void* other, Function call_other) {
  if (num_threads() == 1) {
    call_work(work);
    return call_other(other);
  }
  const std::shared_ptr<Pool> in = pool();
  Handover handover;
  tbb::task_group group;
  const auto wait = [&] { in->arena.execute([&] { group.wait(); }); };
  in->arena.execute([&] {
    group.run([&] {
      const Handover::Block block(handover);
      call_other(other);
    });
  });
  try {
    call_work(
        work);  // Not as a task: a thread that waits for its loop may take any task, and work takes locks.
  } catch (...) {
    wait();
    throw;
  }
  wait();
}

void parallel_blocks(size_t n, size_t grain, const void* body, BlockFunction call) {
  const FlushDenormals flush;
  grain = std::max<size_t>(grain, 1);
  const bool polls = interruptible;
  if (n <= grain || num_threads() == 1) {  // The same blocks in order: bodies may count on their bounds.
    for (size_t begin = 0; begin < n; begin += grain) {
      if (polls && n > grain) poll_interrupt();
      call(body, begin, std::min(n, begin + grain));
    }
    return;
  }
  const auto caller = std::this_thread::get_id();
  // A worker takes the floating-point settings that its arena was made with, unless a context has captured
  // some.
  tbb::task_group_context context;
  context.capture_fp_settings();
  Handover handover;
  const size_t blocks = (n + grain - 1) / grain;
  pool()->arena.execute([&] {  // oneTBB deals out blocks as it likes; what is in a block is fixed.
    tbb::parallel_for(
        tbb::blocked_range<size_t>(0, blocks),
        [&](const tbb::blocked_range<size_t>& range) {
          for (size_t i = range.begin(); i != range.end(); ++i) {
            const Handover::Block block(handover);
            if (polls && std::this_thread::get_id() == caller) poll_interrupt();
            call(body, i * grain, std::min(n, (i + 1) * grain));
          }
        },
        context);
  });
}

}  // namespace detail
}  // namespace lacuna
