// Where the memory comes from.
#include "lacuna/data/gathered_column.h"

#include <algorithm>

namespace lacuna::data {

void GatheredColumn::grow(size_t wanted) {
  constexpr size_t kSmall = size_t{1} << 16;
  constexpr size_t kLarge = size_t{4} << 20;  // From here on memory has large pages.
  if (!memory_) {
    const auto is_back = [](const std::shared_ptr<Memory>& memory) { return memory.use_count() == 1; };
    if (const auto back = std::ranges::find_if(lent_, is_back); back != lent_.end()) {
      memory_ = std::move(*back);
      lent_.erase(back);
    } else {
      memory_ = std::make_shared<Memory>();
    }
  }
  if (wanted <= memory_->capacity) return;
  const size_t least = wanted <= kSmall ? kSmall : kLarge;
  memory_->capacity = std::max({least, wanted, memory_->capacity + memory_->capacity / 2});
  memory_->bytes.reserve(memory_->capacity);
}

Buffer GatheredColumn::take() {
  Buffer result = memory_ ? memory_->bytes.take(used_) : Buffer();
  memory_ = nullptr;
  used_ = 0;
  return result;
}

Buffer GatheredColumn::lend() {
  if (!memory_) return {};
  Buffer result = Buffer::view(memory_->bytes.data(), used_, memory_);
  lent_.push_back(std::move(memory_));
  used_ = 0;
  return result;
}

}  // namespace lacuna::data
