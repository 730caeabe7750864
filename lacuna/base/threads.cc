// Parallel loops over fixed blocks, on oneTBB. Only this file includes it, and it is compiled without
// ThreadSanitizer: oneTBB is not compiled for it, so all its synchronisation would look like races. Handover
// reports the synchronisation instead.
#include "lacuna/base/threads.h"

#include <pthread.h>
#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/base/require_memory.h"

// Null unless ThreadSanitizer runs.
extern "C" {
[[gnu::weak]] void __tsan_acquire(void* tag);
[[gnu::weak]] void __tsan_release(void* tag);
}

namespace lacuna {
namespace {

// Tells ThreadSanitizer that what the caller did happens before every block, and every block before what the
// caller does next.
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

constexpr size_t kMostThreads = 1024;
constexpr const char* kVariable = "LACUNA_NUM_THREADS";

size_t cores() { return std::clamp<size_t>(std::thread::hardware_concurrency(), 1, kMostThreads); }

// The number that the environment variable gives; 0 if it is not a valid one.
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

// Warns once of a wrong environment variable. Callers must hold no lock, since the warning handler may be a
// user's code.
void tell_of_environment() {
  static std::atomic<bool> told = false;
  if (told.load(std::memory_order_relaxed) || told.exchange(true)) return;
  const std::string_view given = environment();
  if (!given.empty() && !threads_of_environment(given))
    warn(text(kVariable, ": must be a whole number from 1 to ", kMostThreads,
              "; loops use as many threads as there are ", "cores. Received: ", kVariable, "=",
              given.substr(0, 200), ", cores=", cores(), "."));
}

// oneTBB ends the process if it cannot start a thread. So this first starts as many threads with stacks of
// the same size, which the C library keeps for the next threads. Throws std::bad_alloc if that fails.
void require_threads(size_t count) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes,
                            tbb::global_control::active_value(tbb::global_control::thread_stack_size));
  std::mutex all_started;
  all_started.lock();
  const auto wait = [](void* mutex) -> void* {
    const std::lock_guard lock(*static_cast<std::mutex*>(mutex));
    return nullptr;
  };
  std::vector<pthread_t> started(count);
  size_t n = 0;
  while (n < count && pthread_create(&started[n], &attributes, wait, &all_started) == 0) ++n;
  all_started.unlock();
  for (size_t i = 0; i < n; ++i) pthread_join(started[i], nullptr);
  pthread_attr_destroy(&attributes);
  if (n < count) throw std::bad_alloc();
}

// oneTBB's threads. global_control only allows more threads than cores; an arena of that size asks for them.
// Made at first use, so that a process that never runs a large loop starts no thread.
struct Pool {
  explicit Pool(size_t threads)
      : allowed(tbb::global_control::max_allowed_parallelism, threads), arena(static_cast<int>(threads)) {
    require_threads(threads - 1);
    require_memory(threads * kOfAWorker);
    arena.initialize();  // Else the first loop does, and its floating-point settings become the arena's.
    start_workers(threads);
  }

  // oneTBB ends the process if a worker finds no memory when it starts. So all of them start here, while
  // there is some, and not within a loop that takes the rest. The wait is short, since some may be busy
  // elsewhere.
  void start_workers(size_t threads) {
    const auto last = std::chrono::system_clock::now() + std::chrono::milliseconds(300);
    std::mutex mutex;
    std::condition_variable all_here;
    size_t here = 0;
    Handover handover;
    arena.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<size_t>(0, threads),
          [&](const tbb::blocked_range<size_t>&) {
            const Handover::Block block(handover);
            std::unique_lock lock(mutex);
            if (++here == threads) all_here.notify_all();
            all_here.wait_until(lock, last, [&] { return here == threads; });
          },
          tbb::simple_partitioner());
    });
  }

  static constexpr size_t kOfAWorker = size_t{64} << 10;
  tbb::global_control allowed;
  tbb::task_arena arena;
};

std::mutex pool_mutex;
size_t wanted = threads_at_start();
bool has_workers = false;   // A pool has been made.
bool workers_lost = false;  // The process that this one was forked from had workers.

std::shared_ptr<Pool>& current_pool() {
  static auto* pool = new std::shared_ptr<Pool>;  // Never destroyed: oneTBB's own statics may go first.
  return *pool;
}

// Null if there is no memory for it.
std::shared_ptr<Pool> pool() {
  const std::lock_guard lock(pool_mutex);
  has_workers = true;
  try {
    if (!current_pool()) current_pool() = std::make_shared<Pool>(wanted);
  } catch (...) {
    return nullptr;
  }
  return current_pool();
}

thread_local bool interruptible = false;

// A forked process has none of the workers, and their work stays half done. So it never calls oneTBB again,
// not even to destroy the pool, and its loops run on the calling thread.
[[maybe_unused]] const int watched = pthread_atfork([] { pool_mutex.lock(); }, [] { pool_mutex.unlock(); },
                                                    [] {
                                                      workers_lost |= has_workers;
                                                      pool_mutex.unlock();
                                                    });

// The blocks of a loop, in up to kParts parts of adjacent blocks. It records which parts are done, since
// oneTBB may stop early: if there is no memory, or a block throws.
class Blocks {
 public:
  Blocks(size_t n, size_t grain, const void* body, detail::BlockFunction call, bool polls)
      : n_(n), grain_(grain), body_(body), call_(call), polls_(polls) {}

  void run_on(Pool& pool) {
    try {
      // A worker takes the floating-point settings that its arena was made with, unless a context has
      // captured some.
      tbb::task_group_context context;
      context.capture_fp_settings();
      pool.arena.execute([&] {  // oneTBB assigns parts as it likes; the blocks are fixed.
        tbb::parallel_for(
            tbb::blocked_range<size_t>(0, parts_),
            [&](const tbb::blocked_range<size_t>& range) {
              for (size_t i = range.begin(); i != range.end() && !failed_; ++i) run(i);
            },
            context);
      });
    } catch (...) {  // Of oneTBB itself: error_ has what a block throws.
    }
  }

  void run_rest() {
    for (size_t i = 0; i < parts_ && !failed_; ++i)
      if (!(done_[i / 64] >> i % 64 & 1)) run(i);
    if (failed_) std::rethrow_exception(error_);
  }

 private:
  void run(size_t part) {
    const Handover::Block block(handover_);
    try {
      if (polls_ && std::this_thread::get_id() == caller_) poll_interrupt();
      const size_t end = std::min(n_, (part + 1) * part_size_);
      for (size_t begin = part * part_size_; begin < end; begin += grain_)
        call_(body_, begin, std::min(end, begin + grain_));
    } catch (...) {
      if (!failed_.exchange(true)) error_ = std::current_exception();
    }
    done_[part / 64] |= uint64_t{1} << part % 64;
  }

  static constexpr size_t kParts = 1024;
  const size_t n_, grain_;
  const void* const body_;
  const detail::BlockFunction call_;
  const bool polls_;
  const std::thread::id caller_ = std::this_thread::get_id();
  const size_t blocks_ = (n_ + grain_ - 1) / grain_;
  const size_t part_size_ = grain_ * ((blocks_ + kParts - 1) / kParts);
  const size_t parts_ = (n_ + part_size_ - 1) / part_size_;
  Handover handover_{};
  std::array<std::atomic<uint64_t>, kParts / 64> done_{};
  std::atomic<bool> failed_ = false;
  std::exception_ptr error_{};  // Of the block that threw first.
};

}  // namespace

void set_num_threads(size_t threads) {
  LACUNA_REQUIRE(threads >= 1 && threads <= kMostThreads, "set_num_threads: threads must be from 1 to ",
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
             "its loops run on one thread; spawned processes have threads of their own. Received: threads=",
             threads, "."));
}

size_t num_threads() {
  tell_of_environment();
  const std::lock_guard lock(pool_mutex);
  return workers_lost ? 1 : wanted;
}

Interruptible::Interruptible(bool wanted) : before_(std::exchange(interruptible, wanted)) {}
Interruptible::~Interruptible() { interruptible = before_; }

namespace detail {

void run_beside(const void* work, Function call_work, const void* other, Function call_other) {
  const auto one_after_the_other = [&] {
    call_work(work);
    call_other(other);
  };
  const std::shared_ptr<Pool> in = num_threads() > 1 ? pool() : nullptr;
  if (!in) return one_after_the_other();
  Handover handover;
  tbb::task_group group;
  try {
    in->arena.execute([&] {
      group.run([&] {
        const Handover::Block block(handover);
        call_other(other);
      });
    });
  } catch (const std::bad_alloc&) {  // Nothing was started.
    return one_after_the_other();
  }
  const auto wait = [&] { in->arena.execute([&] { group.wait(); }); };
  try {
    // Not as a task: a thread that waits for its loop may take any task, and work takes locks.
    call_work(work);
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
  if (n <= grain || num_threads() == 1) {  // The same blocks in order: a body may rely on their bounds.
    for (size_t begin = 0; begin < n; begin += grain) {
      if (polls && n > grain) poll_interrupt();
      call(body, begin, std::min(n, begin + grain));
    }
    return;
  }
  // If there is no memory for threads or their tasks, this thread does the rest.
  const std::shared_ptr<Pool> threads = pool();
  Blocks blocks(n, grain, body, call, polls);
  if (threads) blocks.run_on(*threads);
  blocks.run_rest();
}

}  // namespace detail
}  // namespace lacuna
