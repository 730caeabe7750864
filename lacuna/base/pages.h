// A growing block of memory that is moved by remapping its pages, without a copy.
#pragma once
#include <cstddef>

namespace lacuna {

// Resizes the block `old` (null at first) from `old_bytes` to `new_bytes` and returns its new address; 0
// bytes frees it. Contents stay and new memory is zero. The block is aligned to a page, and a large one has
// pages of 2 MiB if the kernel has them. Throws std::bad_alloc.
std::byte* resize_pages(std::byte* old, size_t old_bytes, size_t new_bytes);

// Asks the kernel for pages of 2 MiB, for memory that has not been touched yet.
void advise_large_pages(void* memory, size_t bytes);

}  // namespace lacuna
