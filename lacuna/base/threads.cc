// Parallel loops over fixed blocks, on oneTBB. Only this file includes it, and ThreadSanitizer leaves it out:
// oneTBB is not compiled for that, so its hand-overs would all look like races. Handover tells of them
// instead.
#include "lacuna/base/threads.h"

#include <pthread.h>
#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"

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

constexpr size_t kMostThreads = 1024;
constexpr const char* kVariable = "LACUNA_NUM_THREADS";

size_t cores() { return std::clamp<size_t>(std::thread::hardware_concurrency(), 1, kMostThreads); }

// What the environment says; 0 where it says nothing that holds.
size_t threads_of_environment(std::string_view given) {
  size_t threads = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), threads);
  const bool whole = error == std::errc() && end == given.data() + given.size();
  return whole && threads <= kMostThreads ? threads : 0;
}

std::string_view environment() {
  const char* given = std::getenv(kVariable);
  return given ? given : "";
}

size_t threads_at_start() {
  const size_t threads = threads_of_environment(environment());
  return threads ? threads : cores();
}

// Once, and outside of all locks: the handler may be anybody's code.
void tell_of_environment() {
  static std::atomic<bool> told = false;
  if (told.load(std::memory_order_relaxed) || told.exchange(true)) return;
  const std::string_view given = environment();
  if (!given.empty() && !threads_of_environment(given))
    warn(text(kVariable, ": must be a whole number from 1 to ", kMostThreads,
              "; loops use as many threads as there are ", "cores. Received: ", kVariable, "=",
              given.substr(0, 200), ", cores=", cores(), "."));
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
bool has_workers = false;   // A pool has been made.
bool workers_lost = false;  // In the process that this one was forked from.

std::shared_ptr<Pool>& current_pool() {
  static auto* pool = new std::shared_ptr<Pool>;  // Never destroyed: oneTBB's own statics may go first.
  return *pool;
}

std::shared_ptr<Pool> pool() {
  const std::lock_guard lock(pool_mutex);
  if (!current_pool()) current_pool() = std::make_shared<Pool>(wanted);
  has_workers = true;
  return current_pool();
}

thread_local bool interruptible = false;

// A forked process has none of the workers, and what they were about to do stays half done: it touches oneTBB
// no more, not even to let go of the pool, and its loops run on their own thread.
[[maybe_unused]] const int watched = pthread_atfork([] { pool_mutex.lock(); }, [] { pool_mutex.unlock(); },
                                                    [] {
                                                      workers_lost |= has_workers;
                                                      pool_mutex.unlock();
                                                    });

}  // namespace

void set_num_threads(size_t threads) {
  require(threads >= 1 && threads <= kMostThreads, "set_num_threads: threads must be from 1 to ",
          kMostThreads, ". Received: threads=", threads, ".");
  {
    const std::lock_guard lock(pool_mutex);
    if (!workers_lost) {
      if (threads != wanted) current_pool().reset();
      wanted = threads;
      return;
    }
  }
  if (threads > 1)
    warn(
        text("set_num_threads: this process was forked after its parent had run loops on several threads, so "
             "that its "
             "own run on one; processes that are spawned have threads of their own. Received: threads=",
             threads, "."));
}

size_t num_threads() {
  tell_of_environment();
  const std::lock_guard lock(pool_mutex);
  return workers_lost ? 1 : wanted;
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
