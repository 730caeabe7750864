// For what ends the process, or worse, where it finds no memory: ask before.
#pragma once
#include <cstddef>
#include <new>

namespace lacuna {

// Throws std::bad_alloc where there are no `bytes` of memory.
inline void require_memory(size_t bytes) { ::operator delete(::operator new(bytes)); }

}  // namespace lacuna
