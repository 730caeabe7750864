// Keras' data_format. Ops have the channels last; with 'channels_first' x is turned before and after.
#pragma once
#include <algorithm>
#include <numeric>

#include "lacuna/ops/shape/permute_dimensions.h"

namespace lacuna {

// (batch, channels, …) to (batch, …, channels), or back if `first` is true. The rank is 2 or more.
inline Symbol turned(const Symbol& x, bool first) {
  std::vector<int> pattern(x.rank());
  std::iota(pattern.begin(), pattern.end(), 0);
  std::rotate(pattern.begin() + 1, first ? pattern.end() - 1 : pattern.begin() + 2, pattern.end());
  return permute_dimensions(x, pattern);
}
inline Symbol channels_last(const Symbol& x) { return turned(x, false); }
inline Symbol channels_first(const Symbol& x) { return turned(x, true); }

// The result of `f` for an x whose channels are first if `first` is true, in the same format.
template <class F>
Symbol with_channels_last(const Symbol& x, bool first, const F& f) {
  return first && x.rank() > 2 ? channels_first(f(channels_last(x))) : f(x);
}

}  // namespace lacuna
