// Which threads are in the library, and how they leave it when the process ends.
#include "python/bind/gil.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

namespace lacuna::bind {
namespace {

// Not a std::exception, so that no handler of errors catches it.
struct ProcessEnds {};

std::atomic<int> inside = 0;  // Threads that run without the GIL.
thread_local int depth = 0;   // On this thread: callbacks call the library again.
std::atomic<bool> ends = false;
std::atomic<std::thread::id> ending_thread{};

[[noreturn]] void stop_for_good() {
  nb::set_leak_warnings(false);  // This thread never releases what it holds.
  if (depth == 1) --inside;
  for (;;) pause();
}

}  // namespace

WithoutGil::WithoutGil() {
  if (depth++ == 0) ++inside;
  thread_ = PyEval_SaveThread();
  if (process_ends()) stop_for_good();
}

WithoutGil::~WithoutGil() {
  if (process_ends()) stop_for_good();
  PyEval_RestoreThread(thread_);
  if (--depth == 0) --inside;
}

WithGil::WithGil() {
  if (process_ends()) throw ProcessEnds();
  gil_.emplace();
}

bool process_ends() { return ends && std::this_thread::get_id() != ending_thread.load(); }

void stop_threads_at_exit() {
  pthread_atfork(nullptr, nullptr, [] { inside = depth > 0; });  // A forked child has only this thread.
  nb::module_::import_("atexit").attr("register")(nb::cpp_function([] {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::seconds kLongest(20);  // A step is over, or ends early, long before.
    ending_thread = std::this_thread::get_id();
    ends = true;
    const nb::gil_scoped_release no_gil;  // A running callback needs it to finish.
    for (const auto start = Clock::now(); inside > 0 && Clock::now() - start < kLongest;)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }));
}

}  // namespace lacuna::bind
