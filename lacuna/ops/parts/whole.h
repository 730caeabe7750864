// Whole numbers in arithmetic: computed as float64, which is exact below 2^53, and given back as whole
// numbers.
#pragma once
#include "lacuna/ops/parts/cast.h"

namespace lacuna {

inline bool is_whole(const Symbol& x) { return x.dtype() == DType::int32 || x.dtype() == DType::int64; }

template <class F>
Symbol as_whole(const Symbol& x, const F& f) {
  return is_whole(x) ? cast(f(cast(x, DType::float64)), x.dtype()) : f(x);
}

template <class F>
Symbol as_whole(const Symbol& a, const Symbol& b, const F& f) {
  if (!is_whole(a) || !is_whole(b)) return f(a, b);
  const DType wider = a.dtype() == b.dtype() ? a.dtype() : DType::int64;
  return cast(f(cast(a, DType::float64), cast(b, DType::float64)), wider);
}

}  // namespace lacuna
