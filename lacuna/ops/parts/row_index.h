// A hash table from ids to their positions in a list, built anew each time.
#pragma once
#include <bit>

#include "lacuna/base/random.h"
#include "lacuna/graph/op.h"

namespace lacuna {

class RowIndex {
 public:
  // `place` of the scratch holds the table.
  RowIndex(Scratch& scratch, size_t place, std::span<const int64_t> ids) : ids_(ids) {
    table_ = scratch.get<int32_t>(place, std::bit_ceil(2 * ids.size() + 1));
    std::fill(table_.begin(), table_.end(), -1);
    for (size_t i = 0; i < ids.size(); ++i) table_[find(ids[i])] = static_cast<int32_t>(i);
  }

  // The position of id in ids, or -1.
  int32_t operator[](int64_t id) const { return table_[find(id)]; }

 private:
  size_t find(int64_t id) const {
    size_t at = mix(static_cast<uint64_t>(id)) & (table_.size() - 1);
    while (table_[at] >= 0 && ids_[static_cast<size_t>(table_[at])] != id)
      at = (at + 1) & (table_.size() - 1);
    return at;
  }

  std::span<const int64_t> ids_;
  std::span<int32_t> table_;
};

}  // namespace lacuna
