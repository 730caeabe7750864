// A number for each thread, so that threads begin at different places of what they share.
#pragma once
#include <atomic>
#include <cstddef>

namespace lacuna::serving {

inline size_t thread_number() {
  static std::atomic<size_t> threads{0};
  thread_local const size_t number = threads.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace lacuna::serving
