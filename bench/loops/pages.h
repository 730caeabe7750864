// Zeroed arrays in pages of 2 MiB: with small pages, a random access to a large table would miss the TLB as
// well as the cache.
#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace loops {

template <class T>
class Pages {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Pages() = default;
  explicit Pages(size_t size) : size_(size), bytes_(size * sizeof(T) + kSlack) {
    // Large pages begin at multiples of their size, so the block is allocated one page larger and used from
    // the first such multiple.
    const bool large = bytes_ >= 2 * kLarge;
    if (large) bytes_ = bytes_ / kLarge * kLarge + 2 * kLarge;
    memory_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
    auto address = reinterpret_cast<uintptr_t>(memory_);
    if (large) {
      address = (address + kLarge - 1) / kLarge * kLarge;
      madvise(reinterpret_cast<void*>(address), bytes_ - kLarge, MADV_HUGEPAGE);
    }
    data_ = reinterpret_cast<T*>(address);
  }
  Pages(Pages&& other) noexcept { swap(other); }
  Pages& operator=(Pages&& other) noexcept {
    Pages old(std::move(other));
    swap(old);
    return *this;
  }
  ~Pages() {
    if (memory_) munmap(memory_, bytes_);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  std::span<T> first(size_t n) { return {data_, n}; }
  std::span<const T> first(size_t n) const { return {data_, n}; }

 private:
  // There are zeros beyond the end, so that ids can be read ahead for prefetching and vectors read past the
  // end.
  static constexpr size_t kSlack = 1024;
  static constexpr size_t kLarge = size_t{2} << 20;

  void swap(Pages& other) {
    std::swap(memory_, other.memory_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(bytes_, other.bytes_);
  }

  void* memory_ = nullptr;
  T* data_ = nullptr;
  size_t size_ = 0, bytes_ = 0;
};

}  // namespace loops
