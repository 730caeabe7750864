// Bytes that a tensor's part lies in: aligned memory of our own, or a view of somebody else's.
#pragma once
#include <cstddef>
#include <memory>
#include <span>

namespace lacuna {

class Buffer {
 public:
  Buffer() = default;

  // A view of memory that `owner` keeps alive. Never written.
  static Buffer view(const void* memory, size_t bytes, std::shared_ptr<const void> owner);

  // A view that keeps nothing alive: for results that pass an input on, within one run of a plan.
  static Buffer alias(const Buffer& other);

  // Room for `bytes`, aligned to 64, that nobody else holds; contents are undefined, but our own that
  // shrink keep theirs. Memory grows to its high-water size and is used again, so that a step allocates
  // nothing.
  void resize(size_t bytes);

  size_t bytes() const { return bytes_; }
  const std::byte* data() const { return data_; }
  std::byte* data() { return data_; }

  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(data_), bytes_ / sizeof(T)};
  }
  template <class T>
  std::span<T> as() {
    return {reinterpret_cast<T*>(data_), bytes_ / sizeof(T)};
  }

  Buffer copy() const;  // Own memory with the same bytes.

 private:
  std::shared_ptr<std::byte> own_{};  // Null for a view.
  std::shared_ptr<const void> owner_{};
  std::byte* data_ = nullptr;
  size_t bytes_ = 0, capacity_ = 0;
};

}  // namespace lacuna
