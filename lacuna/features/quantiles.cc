#include "lacuna/features/quantiles.h"

#include <algorithm>

namespace lacuna::features {

void Quantiles::add(std::span<const double> values) {
  for (const double value : values) {
    if (kept_.size() == 2 * kExact) join();
    kept_.push_back({value, 1});
  }
  count_ += static_cast<double>(values.size());
  sorted_ = false;
}

void Quantiles::sort() {
  if (!sorted_) std::ranges::sort(kept_, {}, &Kept::value);
  sorted_ = true;
}

// Each two neighbours become the larger one, with the weight of both: ranks stay.
void Quantiles::join() {
  sort();
  for (size_t i = 0; i + 1 < kept_.size(); i += 2)
    kept_[i / 2] = {kept_[i + 1].value, kept_[i].weight + kept_[i + 1].weight};
  kept_.resize(kept_.size() / 2);
}

std::vector<double> Quantiles::boundaries(size_t parts) {
  sort();
  std::vector<double> result;
  size_t next = 0;
  double below = 0;  // The rank of the value before kept_[next]; its own is below + its weight.
  for (size_t part = 1; part < parts; ++part) {
    const double rank = count_ * static_cast<double>(part) / static_cast<double>(parts);
    while (next + 1 < kept_.size() && below + kept_[next].weight < rank) below += kept_[next++].weight;
    const double upper = kept_[next].value, lower = next ? kept_[next - 1].value : upper;
    const double share = std::min(1.0, (rank - below) / kept_[next].weight);
    result.push_back(next ? lower + share * (upper - lower) : upper);
  }
  return result;
}

}  // namespace lacuna::features
