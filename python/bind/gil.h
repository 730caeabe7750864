// Python's lock (GIL) around the library. Work that takes long, or that waits for a turn
// (lacuna/graph/turn.h), runs without it: a step may need it to warn. A thread that is still in here when the
// process ends is stopped: Python would end it where it next asks for the lock, which in C++ ends the process
// with a crash.
#pragma once
#include <optional>

#include "python/bind/bind.h"

namespace lacuna::bind {

// Without the lock while it lives. At the end of the process it never comes back, save on the thread that
// ends it.
class WithoutGil {
 public:
  WithoutGil();
  ~WithoutGil();
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* thread_ = nullptr;
};

// With the lock while it lives, for calls from the library back into Python. At the end of the process it
// throws, so that the thread goes back to where it entered.
class WithGil {
 public:
  WithGil();

 private:
  std::optional<nb::gil_scoped_acquire> gil_{};
};

// What f answers, without the lock.
template <class F>
decltype(auto) without_gil(const F& f) {
  const WithoutGil no_gil;
  return f();
}

// Whether the process ends, and this thread is not the one that ends it: what needs Python is to be left.
bool process_ends();

// Has Python call, before it ends, what stops all threads that are in here, and waits for them some seconds.
void stop_threads_at_exit();

}  // namespace lacuna::bind
