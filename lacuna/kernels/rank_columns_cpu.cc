// Counts, for a vector of columns at once, how many others come before each.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/rank_columns_cpu.cc"
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include <algorithm>

#include "lacuna/kernels/rank_columns.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void rank_columns(const int32_t* HWY_RESTRICT columns, size_t count, int32_t* HWY_RESTRICT ranks) {
  const hn::CappedTag<int32_t, 16> d;
  const size_t lanes = hn::Lanes(d);
  int32_t padded[kMostRanked + 16] = {}, result[kMostRanked + 16];
  std::copy_n(columns, count, padded);
  for (size_t i = 0; i < count; i += lanes) {
    const auto mine = hn::LoadU(d, padded + i);
    const size_t end = std::min(i + lanes, count);
    auto not_before = hn::Zero(d), before = hn::Zero(d);  // As negative numbers: true is -1.
    for (size_t j = 0; j < i; ++j)
      not_before = hn::Add(not_before, hn::VecFromMask(d, hn::Lt(mine, hn::Set(d, columns[j]))));
    for (size_t j = i; j < end; ++j) {
      const auto other = hn::Set(d, columns[j]);
      const auto later = hn::Lt(hn::Set(d, static_cast<int32_t>(j - i)), hn::Iota(d, 0));
      before = hn::Add(before,
                       hn::VecFromMask(d, hn::Or(hn::Lt(other, mine), hn::And(hn::Eq(other, mine), later))));
    }
    for (size_t j = end; j < count; ++j)
      before = hn::Add(before, hn::VecFromMask(d, hn::Lt(hn::Set(d, columns[j]), mine)));
    const auto all_before_chunk = hn::Set(d, static_cast<int32_t>(i));
    hn::StoreU(hn::Sub(hn::Add(all_before_chunk, not_before), before), d, result + i);
  }
  std::copy_n(result, count, ranks);
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lacuna::kernels {

HWY_EXPORT(rank_columns);

void rank_columns(const int32_t* columns, size_t count, int32_t* ranks) {
  HWY_DYNAMIC_DISPATCH(rank_columns)(columns, count, ranks);
}

}  // namespace lacuna::kernels
#endif
