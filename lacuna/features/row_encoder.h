// Makes a csr row of ids.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "lacuna/features/encoding.h"
#include "lacuna/features/row_blocks.h"

namespace lacuna::features {

// For one thread. Refers to the settings, which must be valid.
class RowEncoder {
 public:
  explicit RowEncoder(const Encoding& how);

  // Appends a row of the ids, which it may change. False if one is out of range and must not be.
  bool add(std::vector<int64_t>& ids, RowsOfBlock& to);
  bool add(std::span<const int64_t> ids, std::span<const float> weights, RowsOfBlock& to);

 private:
  bool keep_those_in_range(std::vector<int64_t>& ids) const;
  void sort(std::vector<int64_t>& ids);
  void end_row(RowsOfBlock& to, size_t first) const;

  const Encoding& how_;
  size_t digits_;  // Bytes that ids have.
  std::vector<int64_t> other_{};
  std::vector<std::pair<int64_t, float>> weighted_{};
};

}  // namespace lacuna::features
