// Reads the numbers of a place, each kind of source its own from the end.
#pragma once
#include "lacuna/data/dataset.h"

namespace lacuna::data {

// A place may come from a file, so it can be anything.
inline void require_place(const char* where, bool fits) {
  LACUNA_REQUIRE(fits, where,
                 ": a pass must begin at a place of the same dataset. Received: a place of another one.");
}

// Takes the last number, which is never negative.
inline int64_t take_last(const char* where, RowPlace& place) {
  require_place(where, !place.empty() && place.back() >= 0);
  const int64_t last = place.back();
  place.pop_back();
  return last;
}

}  // namespace lacuna::data
