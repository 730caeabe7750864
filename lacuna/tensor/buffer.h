// The memory of one array of a tensor: aligned memory of its own, or a view of memory that others own.
#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

class Buffer {
 public:
  Buffer() = default;

  // A view of memory that `owner` keeps alive. Never written.
  static Buffer view(const void* memory, size_t bytes, std::shared_ptr<const void> owner);

  // A view that keeps nothing alive: for results that share the memory of an input, within one run of a plan.
  static Buffer alias(const Buffer& other);

  // Makes room for `bytes`, aligned to 64, in memory that no other Buffer shares. Contents are undefined,
  // unless memory of its own shrinks: then they stay. Memory grows to its high-water size and is reused, so
  // that a step allocates nothing.
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

  Buffer copy() const;  // In memory of its own.

 private:
  std::shared_ptr<std::byte> own_{};  // Null for a view.
  std::shared_ptr<const void> owner_{};
  std::byte* data_ = nullptr;
  size_t bytes_ = 0, capacity_ = 0;
};

}  // namespace lacuna
