// How often this process has asked for memory: operator new is replaced in allocations.cc, for the library
// too.
#pragma once
#include <cstdint>

namespace lacuna {

int64_t allocations();

// False under a sanitizer, which replaces operator new itself.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kAllocationsAreCounted = false;
#else
inline constexpr bool kAllocationsAreCounted = true;
#endif

}  // namespace lacuna
