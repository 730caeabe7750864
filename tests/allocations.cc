// Counts requests for memory and, when a test wants it, refuses them. Under AddressSanitizer it replaces only
// operator new and mmap, under ThreadSanitizer nothing.
#include "tests/allocations.h"

#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

std::atomic<int64_t> count{0};
std::atomic<int64_t> left{0};  // Requests until one is refused; 0: none is.
std::atomic<bool> stays{false}, refused{false};

// HDF5 does not survive if a small request of its calls fails, nor oneTBB if one of a starting worker does.
// Lacuna checks that there is so much memory before it calls them.
struct Library {
  const char* name;
  size_t least = 0;            // Smaller requests are never refused,
  bool in_all_threads = true;  // nor, if this is false, those of threads other than the test's.
};
constexpr Library kLibraries[] = {{"liblacuna"},
                                  {"/_core."},
                                  {.name = "libtbb", .in_all_threads = false},
                                  {.name = "libhdf5", .least = size_t{1} << 20},
                                  {"libstdc++"}};
thread_local bool asked = false;

struct Range {
  uintptr_t begin, end;
  const Library* library;
};
Range ranges[32];
int known = 0;

int add_range(dl_phdr_info* info, size_t, void*) {
  for (const Library& library : kLibraries) {
    if (!std::strstr(info->dlpi_name, library.name)) continue;
    for (int i = 0; i < info->dlpi_phnum && known < 32; ++i)
      if (const auto& part = info->dlpi_phdr[i]; part.p_type == PT_LOAD && part.p_flags & PF_X) {
        const uintptr_t begin = info->dlpi_addr + part.p_vaddr;
        ranges[known++] = {begin, begin + part.p_memsz, &library};
      }
  }
  return 0;
}

bool is_ours(void* caller, size_t bytes) {
  const auto at = reinterpret_cast<uintptr_t>(caller);
  for (int i = 0; i < known; ++i)
    if (ranges[i].begin <= at && at < ranges[i].end)
      return bytes >= ranges[i].library->least && (asked || ranges[i].library->in_all_threads);
  return false;  // The caller is the test, or Python.
}

// `caller` is the return address of the replaced function.
[[maybe_unused]] bool refuses(void* caller, size_t bytes) {
  if (left.load(std::memory_order_relaxed) == 0 || !is_ours(caller, bytes)) return false;
  const int64_t before = left.fetch_sub(1);
  if (before > 1) return false;
  if (before <= 0 && !stays) {  // A request of another thread was the one.
    left = 0;
    return false;
  }
  left = stays ? 1 : 0;
  refused = true;
  return true;
}

}  // namespace

int64_t lacuna::allocations() { return count; }

bool lacuna::fail_allocation(int64_t n, bool for_good) {
  left = 0;
  if (known == 0) dl_iterate_phdr(add_range, nullptr);
  const bool result = refused.exchange(false);
  asked = n != 0;
  stays = for_good;
  left = n;
  return result;
}

// Python calls it by ctypes.
extern "C" bool lacuna_fail_allocation(int64_t n, bool for_good) {
  return lacuna::fail_allocation(n, for_good);
}

#if !defined(__SANITIZE_THREAD__)

namespace {
void* allocate_or_null(size_t bytes, size_t a, void* caller) {
  ++count;
  return refuses(caller, bytes) ? nullptr : std::aligned_alloc(a, (bytes + a - 1) / a * a + a);
}
void* allocate(size_t bytes, size_t a, void* caller) {
  void* const memory = allocate_or_null(bytes, a, caller);
  if (!memory) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(size_t bytes, std::align_val_t alignment) {
  return allocate(bytes, static_cast<size_t>(alignment), __builtin_return_address(0));
}
void* operator new(size_t bytes) {
  return allocate(bytes, alignof(std::max_align_t), __builtin_return_address(0));
}
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  return allocate_or_null(bytes, alignof(std::max_align_t), __builtin_return_address(0));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

extern "C" void* mmap(void* at, size_t bytes, int protection, int flags, int file, off_t offset) noexcept {
  if (refuses(__builtin_return_address(0), bytes)) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return reinterpret_cast<void*>(syscall(SYS_mmap, at, bytes, protection, flags, file, offset));
}
extern "C" void* mremap(void* old, size_t old_bytes, size_t bytes, int flags, ...) noexcept {
  if (refuses(__builtin_return_address(0), bytes)) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  va_list more;
  va_start(more, flags);
  void* const at = flags & MREMAP_FIXED ? va_arg(more, void*) : nullptr;
  va_end(more);
  return reinterpret_cast<void*>(syscall(SYS_mremap, old, old_bytes, bytes, flags, at));
}
#endif

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)

// For the C libraries that Lacuna calls. These are glibc's names of the original functions.
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);

void* malloc(size_t bytes) noexcept {
  if (!refuses(__builtin_return_address(0), bytes)) return __libc_malloc(bytes);
  errno = ENOMEM;
  return nullptr;
}
void* calloc(size_t n, size_t bytes) noexcept {
  if (!refuses(__builtin_return_address(0), n * bytes)) return __libc_calloc(n, bytes);
  errno = ENOMEM;
  return nullptr;
}
void* realloc(void* old, size_t bytes) noexcept {
  if (!refuses(__builtin_return_address(0), bytes)) return __libc_realloc(old, bytes);
  errno = ENOMEM;
  return nullptr;
}
}
#endif
