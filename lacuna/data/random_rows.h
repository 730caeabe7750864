// Rows that can be read in any order, since their file is mapped.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "lacuna/data/dataset.h"
#include "lacuna/data/gathered_rows.h"

namespace lacuna::data {

// The rows of a file, by their numbers. Thread-safe.
class RandomRows {
 public:
  virtual ~RandomRows() = default;

  // Adds these rows. Throws FileError if the file is not as it was, and InvalidArgument if what it holds is
  // damaged; `to` may have any rows then.
  virtual void gather(const char* where, std::span<const uint32_t> rows, GatheredRows& to) const = 0;
};

// The rows of a dataset among those of a file. Nothing is read before it is called for.
struct RowsAtRandom {
  Dim rows = 0;            // Of the file.
  uint64_t row_bytes = 0;  // About, in the file.
  uint64_t bytes = 0;      // That the rows of the dataset are spread over.
  uint64_t in_memory = 0;  // The most that the rows take there, as GatheredRows counts them.
  std::function<std::shared_ptr<const RandomRows>(const char* where)> open{};
  // The numbers of the rows, in the order of the dataset.
  std::function<std::vector<uint32_t>(const char* where)> numbers{};
};

}  // namespace lacuna::data
