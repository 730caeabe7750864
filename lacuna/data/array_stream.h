// An array in a file that is read from its beginning to its end.
#pragma once
#include <cstddef>
#include <optional>

#include "lacuna/tensor/spec.h"

namespace lacuna::data {

// Not thread-safe. Each function may throw InvalidArgument if the file is damaged.
class ArrayStream {
 public:
  virtual ~ArrayStream() = default;

  virtual const Shape& shape() const = 0;
  virtual std::optional<DType> dtype() const = 0;  // None of characters.
  virtual size_t value_bytes() const = 0;

  // The next values, all of them; skip leaves them out.
  virtual void read(std::byte* to, size_t count) = 0;
  virtual void skip(size_t count) = 0;
  // Throws if values follow.
  virtual void end() = 0;
};

}  // namespace lacuna::data
