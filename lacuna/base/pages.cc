// Blocks of memory from the pages of the operating system.
#include "lacuna/base/pages.h"

#include <sys/mman.h>

#include <cstdint>
#include <new>

namespace lacuna {

std::byte* resize_pages(std::byte* old, size_t old_bytes, size_t new_bytes) {
  if (new_bytes == 0) {
    if (old) munmap(old, old_bytes);
    return nullptr;
  }
  void* memory = old ? mremap(old, old_bytes, new_bytes, MREMAP_MAYMOVE)
                     : mmap(nullptr, new_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  constexpr size_t kHuge = size_t{4} << 20;  // Below two large pages the advice wastes more than it gains.
  if (new_bytes >= kHuge) advise_large_pages(memory, new_bytes);
  return static_cast<std::byte*>(memory);
}

void advise_large_pages(void* memory, size_t bytes) {
  const auto begin = (reinterpret_cast<uintptr_t>(memory) + 4095) / 4096 * 4096;  // madvise takes full pages.
  const auto end = reinterpret_cast<uintptr_t>(memory) + bytes;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

}  // namespace lacuna
