// Inside a counter: a tally for each thread, and the order of values.
#pragma once
#include <algorithm>
#include <atomic>
#include <type_traits>
#include <vector>

#include "lacuna/base/threads.h"
#include "lacuna/features/counter.h"
#include "lacuna/features/tally.h"

namespace lacuna::features {

// A value with what it is ordered by.
template <class Value>
struct Ranked {
  int64_t count;
  uint64_t rank;
  Value value;
  int64_t documents;

  bool operator<(const Ranked& other) const {  // Whether it comes first.
    if (count != other.count) return count > other.count;
    if (rank != other.rank) return rank > other.rank;
    return value > other.value;
  }
};

template <class Value, class V>
struct BasicCounter<Value, V>::Parts {
  using Tally = std::conditional_t<std::is_same_v<Value, int64_t>, NumberTally, WordTally>;

  std::vector<Tally> tallies{};
  int64_t documents = 0;

  // Calls add(tally, begin, end) for ranges of `grain` documents, on all threads. A thread takes the next
  // range when it is done with one, since documents differ in length; which tally has which does not matter.
  template <class Add>
  void add_documents(size_t count, size_t grain, const Add& add) {
    const size_t threads = std::min(num_threads(), (count + grain - 1) / grain);
    if (tallies.size() < threads) tallies.resize(threads);
    std::atomic<size_t> next = 0;
    parallel_for(threads, 1, [&](size_t thread, size_t) {
      for (;;) {
        const size_t begin = next.fetch_add(grain, std::memory_order_relaxed);
        if (begin >= count) return;
        add(tallies[thread], begin, std::min(begin + grain, count));
      }
    });
    documents += static_cast<int64_t>(count);
  }
};

}  // namespace lacuna::features
