// A growing block of memory that is moved by its page tables, not copied.
#pragma once
#include <cstddef>

namespace lacuna {

// Zeroed memory, aligned to a page, in pages of 2 MiB where the kernel has them. `old` (null at first) of
// `old_bytes` becomes a block of `new_bytes` with the same contents, at a new address; 0 bytes frees it.
// Throws std::bad_alloc.
std::byte* resize_pages(std::byte* old, size_t old_bytes, size_t new_bytes);

// Pages of 2 MiB, where the kernel has them, for memory that is not touched yet.
void advise_large_pages(void* memory, size_t bytes);

}  // namespace lacuna
