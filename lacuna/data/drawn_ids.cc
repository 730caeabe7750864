// A number below the count of all ids that are not named is drawn; the named ones are then stepped over.
#include "lacuna/data/drawn_ids.h"

#include <algorithm>

namespace lacuna::data {

DrawnIds::DrawnIds(const std::map<Dim, uint64_t>& counts) {
  for (const auto& [id, count] : counts) {
    ids_.push_back(id);
    before_.push_back(total_);
    total_ += count;
  }
}

uint64_t DrawnIds::before(Dim id) const {
  if (evenly_) return static_cast<uint64_t>(id);
  const auto at = static_cast<size_t>(std::ranges::lower_bound(ids_, id) - ids_.begin());
  return at == ids_.size() ? total_ : before_[at];
}

uint64_t DrawnIds::times(Dim id) const { return before(id + 1) - before(id); }

Dim DrawnIds::draw(uint64_t random, std::span<const Dim> named) const {
  __extension__ typedef unsigned __int128 Wide;
  uint64_t left = total_;
  for (const Dim id : named) left -= times(id);
  if (left == 0) return -1;
  auto place = static_cast<uint64_t>((static_cast<Wide>(random) * left) >> 64);
  for (const Dim id : named) {
    if (place < before(id)) break;
    place += times(id);
  }
  if (evenly_) return static_cast<Dim>(place);
  return ids_[static_cast<size_t>(std::ranges::upper_bound(before_, place) - before_.begin()) - 1];
}

}  // namespace lacuna::data
