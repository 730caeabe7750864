// Memory at whose end values are added. What was lent is used again when nobody holds it any more: new pages
// for each window of rows would cost as much as reading them.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "lacuna/data/growing.h"
#include "lacuna/tensor/buffer.h"

namespace lacuna::data {

class GatheredColumn {
 public:
  size_t used() const { return used_; }
  const std::byte* data() const { return memory_ ? memory_->bytes.data() : nullptr; }

  // Room for so many bytes more.
  std::byte* add(size_t bytes) {
    if (!memory_ || used_ + bytes > memory_->capacity) grow(used_ + bytes);
    std::byte* const place = memory_->bytes.data() + used_;
    used_ += bytes;
    return place;
  }
  void clear() { used_ = 0; }

  // All bytes, which own their memory; afterwards there are none.
  Buffer take();
  // The same, but the memory is used again when the buffer and its copies are gone.
  Buffer lend();
  // All bytes, valid until some are added or cleared.
  Buffer view() const { return Buffer::view(data(), used_, nullptr); }

 private:
  struct Memory {
    Growing<std::byte> bytes{};
    size_t capacity = 0;
  };
  void grow(size_t wanted);

  std::shared_ptr<Memory> memory_{};
  std::vector<std::shared_ptr<Memory>> lent_{};
  size_t used_ = 0;
};

}  // namespace lacuna::data
