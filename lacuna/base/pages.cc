// Blocks of memory from the pages of the operating system.
#include "lacuna/base/pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>

namespace lacuna {
namespace {

void* new_pages(size_t bytes) {
  return mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

void* moved_pages(std::byte* old, size_t old_bytes, size_t new_bytes) {
#ifdef __SANITIZE_THREAD__  // It does not see that mremap gives other memory, and reports races with its
                            // former use.
  void* const memory = new_pages(new_bytes);
  if (memory == MAP_FAILED) return memory;
  std::memcpy(memory, old, std::min(old_bytes, new_bytes));
  munmap(old, old_bytes);
  return memory;
#else
  return mremap(old, old_bytes, new_bytes, MREMAP_MAYMOVE);
#endif
}

}  // namespace

std::byte* resize_pages(std::byte* old, size_t old_bytes, size_t new_bytes) {
  if (new_bytes == 0) {
    if (old) munmap(old, old_bytes);
    return nullptr;
  }
  void* memory = old ? moved_pages(old, old_bytes, new_bytes) : new_pages(new_bytes);
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
