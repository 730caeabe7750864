// Links the places of a batch at which each id occurs, so that the gradient of a row of weights can be summed
// in registers and given to the optimizer at once. Linking takes one pass over the ids; sorting would take
// three.
#pragma once
#include <hwy/cache_control.h>

#include <cstddef>
#include <cstdint>

#include "pages.h"

namespace loops {

class Chains {
 public:
  static constexpr int32_t kEnd = -1;

  // For ids below `ids`, and batches of at most `most` of them.
  Chains(size_t ids, size_t most) : marks_(ids), ids_(most + 1), last_(most + 1), before_(most) {}

  // Links ids[0 … n - 1]. 32 more ids are read, for prefetching, and must be valid.
  void link(const int32_t* ids, size_t n) {
    constexpr size_t kAhead = 32;
    ++batch_;
    int32_t count = 0;
    for (size_t k = 0; k < n; ++k) {
      hwy::Prefetch(&marks_[ids[k + kAhead]]);
      Mark& mark = marks_[ids[k]];
      // No branch, since whether an id is new is unpredictable.
      const bool met = mark.batch == batch_;
      mark.batch = batch_;
      mark.number = met ? mark.number : count;
      before_[k] = met ? last_[mark.number] : kEnd;
      last_[mark.number] = static_cast<int32_t>(k);
      ids_[count] = ids[k];
      count += !met;
    }
    count_ = static_cast<size_t>(count);
  }

  // The different ids, in order of first occurrence. id(i) may be called for some i beyond the last.
  size_t count() const { return count_; }
  int32_t id(size_t i) const { return ids_[i]; }
  // last: the last place of the i-th id. before: the previous place of the id at place k, or kEnd.
  int32_t last(size_t i) const { return last_[i]; }
  int32_t before(int32_t k) const { return before_[k]; }

 private:
  struct Mark {
    int32_t batch, number;  // The last batch with the id, and the id's number in it.
  };

  Pages<Mark> marks_;
  Pages<int32_t> ids_, last_, before_;
  int32_t batch_ = 0;
  size_t count_ = 0;
};

}  // namespace loops
