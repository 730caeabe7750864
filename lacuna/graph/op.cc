// What ops have in common.
#include "lacuna/graph/op.h"

#include <cstring>

#include "lacuna/base/error.h"

namespace lacuna {

Buffer& Scratch::grow(size_t place, size_t bytes, bool zero) {
  if (places_.size() <= place) places_.resize(place + 1);
  Buffer& buffer = places_[place];
  if (buffer.bytes() < bytes) {
    Buffer larger;  // Growth drops the contents: kernels ask for memory before they write to it.
    larger.resize(bytes + bytes / 4);
    if (zero) std::memset(larger.data(), 0, larger.bytes());
    buffer = larger;
  }
  return buffer;
}

std::vector<Symbol> Op::gradient(const Node& node, std::span<const Symbol>,
                                 const std::vector<bool>& wanted) const {
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i] || !is_float(node.in(i).dtype())) continue;
    std::string in;
    for (const Symbol& s : node.in()) in += text(in.empty() ? "" : ", ", s.spec());
    throw InvalidArgument("gradients: op '", name(),
                          "' has no gradient of its own; stop_gradient holds what it makes fixed. "
                          "Received: inputs=(",
                          in, ").");
  }
  return std::vector<Symbol>(node.in().size());
}

}  // namespace lacuna
