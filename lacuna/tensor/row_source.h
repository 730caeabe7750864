// Rows that are kept elsewhere, such as in a file, for a RowTable that is only read.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace lacuna {

// Thread-safe.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // Writes the rows of these ids one after another, those that are not held as they are drawn. Ids must be in
  // range.
  virtual void read(std::span<const int64_t> ids, std::byte* to) const = 0;
  virtual void read(std::span<const int32_t> ids, std::byte* to) const = 0;
};

}  // namespace lacuna
