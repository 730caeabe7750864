// Keeps and writes tensors in the order in which they were put.
#include "lacuna/saving/outgoing.h"

#include <utility>

#include "lacuna/saving/weights.h"

namespace lacuna::saving {
namespace {

constexpr size_t kSmall = size_t{1} << 12, kMost = size_t{1} << 30;

}  // namespace

void Outgoing::put(const hdf5::Group& group, const std::string& name, Tensor value) {
  const size_t bytes = value.bytes();
  if (bytes < kSmall || bytes_ + bytes > kMost) return write_tensor(group, name, value);
  kept_.push_back({group, name, std::move(value)});
  bytes_ += bytes;
}

void Outgoing::write() {
  for (Kept& one : kept_) write_tensor(one.group, one.name, std::exchange(one.value, Tensor()));
  kept_.clear();
  bytes_ = 0;
}

}  // namespace lacuna::saving
