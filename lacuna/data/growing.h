// An array that grows by remapping its pages, so that nothing is copied; large pages keep page faults few.
#pragma once
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>

#include "lacuna/base/pages.h"
#include "lacuna/tensor/buffer.h"

namespace lacuna::data {

template <class T>
class Growing {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Growing() = default;
  Growing(Growing&& other) noexcept { swap(other); }
  Growing& operator=(Growing&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Growing() { resize_pages(memory_, bytes_, 0); }

  T* data() { return reinterpret_cast<T*>(memory_); }

  // Makes room for `count` elements, which must not be fewer than before. New elements are 0.
  T* reserve(size_t count) {
    resize(count * sizeof(T));
    return data();
  }

  // Moves the first `count` elements into a buffer. The array must not be used afterwards.
  Buffer take(size_t count) {
    constexpr size_t kSmall = size_t{64} << 10;
    const size_t used = count * sizeof(T);
    Buffer result;
    if (used <= kSmall) {  // Not worth whole pages.
      result.resize(used);
      if (used) std::memcpy(result.data(), memory_, used);
      return result;
    }
    resize(used);
    const std::shared_ptr<Growing> kept = std::make_shared<Growing>(std::move(*this));
    return Buffer::view(kept->memory_, used, kept);
  }

 private:
  void swap(Growing& other) {
    std::swap(memory_, other.memory_);
    std::swap(bytes_, other.bytes_);
  }

  void resize(size_t wanted) {
    constexpr size_t kSlack = 64;  // SIMD loops may read beyond the end.
    constexpr size_t kLarge = size_t{2} << 20;
    const size_t page = wanted < 2 * kLarge ? size_t{4} << 10 : kLarge;
    const size_t bytes = (wanted + kSlack + page - 1) / page * page;
    if (bytes == bytes_) return;
    memory_ = resize_pages(memory_, bytes_, bytes);
    bytes_ = bytes;
  }

  std::byte* memory_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace lacuna::data
