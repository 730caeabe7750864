// Keras' data_format. Ops have the channels last; with 'channels_first' x is turned before and after.
#pragma once
#include <numeric>

#include "lacuna/ops/shape/permute_dimensions.h"

namespace lacuna {

// (batch, channels, …) to (batch, …, channels); the rank is 2 or more.
inline Symbol channels_last(const Symbol& x) {
  std::vector<int> pattern(x.rank());
  std::iota(pattern.begin(), pattern.end(), 1);
  pattern.front() = 0;
  pattern.back() = 1;
  return permute_dimensions(x, pattern);
}

// (batch, …, channels) to (batch, channels, …)
inline Symbol channels_first(const Symbol& x) {
  std::vector<int> pattern(x.rank());
  std::iota(pattern.begin(), pattern.end(), -1);
  pattern.front() = 0;
  pattern[1] = static_cast<int>(x.rank()) - 1;
  return permute_dimensions(x, pattern);
}

// The result of `f` for an x whose channels are first if `first` is true, in the same format.
template <class F>
Symbol with_channels_last(const Symbol& x, bool first, const F& f) {
  return first && x.rank() > 2 ? channels_first(f(channels_last(x))) : f(x);
}

}  // namespace lacuna
