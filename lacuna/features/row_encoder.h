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

struct RowEncoderMemory {
  std::vector<int64_t> other{};
  std::vector<std::pair<int64_t, double>> weighted{}, weighted_other{};
};

// For one thread. Refers to the settings, which must be valid, and to memory.
class RowEncoder {
 public:
  RowEncoder(const Encoding& how, RowEncoderMemory& memory);

  // Appends a row of the ids, which it may change. False if one is out of range and must not be.
  bool add(std::vector<int64_t>& ids, RowsOfBlock& to);
  bool add(std::span<const int64_t> ids, std::span<const double> weights, RowsOfBlock& to);

 private:
  bool keep_those_in_range(std::vector<int64_t>& ids) const;
  template <class Entry>
  void sort(std::vector<Entry>& entries, std::vector<Entry>& other) const;
  void end_row(RowsOfBlock& to, size_t first) const;

  const Encoding& how_;
  RowEncoderMemory& memory_;
  size_t digits_;  // Bytes that ids have.
};

}  // namespace lacuna::features
