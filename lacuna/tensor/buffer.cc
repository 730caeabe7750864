// Aligned memory that is reused.
#include "lacuna/tensor/buffer.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "lacuna/base/pages.h"

namespace lacuna {
namespace {
// From this size on, memory has large pages: random reads then meet fewer pages.
constexpr size_t kLarge = size_t{4} << 20;

std::align_val_t alignment(size_t capacity) {
  return std::align_val_t{capacity >= kLarge ? size_t{2} << 20 : 64};
}
}  // namespace

Buffer Buffer::view(const void* memory, size_t bytes, std::shared_ptr<const void> owner) {
  Buffer result;
  result.owner_ = std::move(owner);
  result.data_ = const_cast<std::byte*>(static_cast<const std::byte*>(memory));
  result.bytes_ = bytes;
  return result;
}

Buffer Buffer::alias(const Buffer& other) { return view(other.data_, other.bytes_, nullptr); }

void Buffer::resize(size_t bytes) {
  if (own_ && own_.use_count() == 1 && bytes <= capacity_) {
    bytes_ = bytes;
    return;
  }
  // Growing memory gets a little more, since the next batch may have a few more non-zeros. SIMD loads may
  // read 64 bytes beyond the end.
  const size_t capacity = (own_ ? std::max(bytes, bytes + bytes / 4) : bytes) + 64;
  own_ = std::shared_ptr<std::byte>(static_cast<std::byte*>(::operator new(capacity, alignment(capacity))),
                                    [capacity](std::byte* p) { ::operator delete(p, alignment(capacity)); });
  if (capacity >= kLarge) advise_large_pages(own_.get(), capacity);
  owner_.reset();
  data_ = own_.get();
  bytes_ = bytes;
  capacity_ = capacity - 64;
}

Buffer Buffer::copy() const {
  Buffer result;
  result.resize(bytes_);
  if (bytes_) std::memcpy(result.data_, data_, bytes_);
  return result;
}

}  // namespace lacuna
