// Counts the requests for memory of this process, and lets them fail: allocations.cc replaces operator new,
// malloc and mmap, also for the library and what it links.
#pragma once
#include <cstdint>

namespace lacuna {

// Calls of operator new.
int64_t allocations();

// From now on, the n-th request for memory by Lacuna or a library that it calls fails, on any thread; if
// `for_good`, so do all that follow. 0: no request fails. Returns whether one has failed since the last call.
bool fail_allocation(int64_t n, bool for_good = false);

// False under a sanitizer, which has its own allocator.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kAllocationsAreCounted = false;
#else
inline constexpr bool kAllocationsAreCounted = true;
#endif

}  // namespace lacuna
