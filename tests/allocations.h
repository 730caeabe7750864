// How often this process has asked for memory, and how it fares where there is none: operator new, malloc and
// mmap are replaced in allocations.cc, for the library and what it links too.
#pragma once
#include <cstdint>

namespace lacuna {

// Calls of operator new.
int64_t allocations();

// From now on the n-th request for memory of Lacuna and of what it calls finds none, and only that one or, if
// `for_good`, all that follow it, of any thread. 0: all is well again.
// Answers whether one failed since the last call.
bool fail_allocation(int64_t n, bool for_good = false);

// False under a sanitizer, which allocates for itself.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kAllocationsAreCounted = false;
#else
inline constexpr bool kAllocationsAreCounted = true;
#endif

}  // namespace lacuna
