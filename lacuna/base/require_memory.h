// Checks that there is memory before a call of a library that ends the process, or worse, if it finds none.
#pragma once
#include <cstddef>
#include <new>

namespace lacuna {

// Throws std::bad_alloc if `bytes` of memory cannot be allocated.
inline void require_memory(size_t bytes) { ::operator delete(::operator new(bytes)); }

}  // namespace lacuna
