// Releases and takes Python's lock (GIL) around calls of the library. Work that takes long, or that waits for
// a turn (lacuna/graph/turn.h), runs without it: the step that has the turn may need the GIL to warn. A
// thread that is still in the library when the process ends is stopped here: Python would end it where it
// next asks for the GIL, which crashes the process if C++ is on the stack.
#pragma once
#include <optional>

#include "python/bind/bind.h"

namespace lacuna::bind {

// Releases the GIL for the scope. While the process ends, it never returns, except on the thread that ends
// the process.
class WithoutGil {
 public:
  WithoutGil();
  ~WithoutGil();
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* thread_ = nullptr;
};

// Takes the GIL for the scope, for calls from the library back into Python. While the process ends, it
// throws, so that the thread leaves the library.
class WithGil {
 public:
  WithGil();

 private:
  std::optional<nb::gil_scoped_acquire> gil_{};
};

// Returns f(), called without the GIL.
template <class F>
decltype(auto) without_gil(const F& f) {
  const WithoutGil no_gil;
  return f();
}

// Whether another thread is ending the process: Python must not be used then.
bool process_ends();

// Registers a function that Python calls before it ends. It stops all threads that are in the library, and
// waits some seconds for them.
void stop_threads_at_exit();

}  // namespace lacuna::bind
