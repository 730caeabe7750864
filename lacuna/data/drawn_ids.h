// Draws ids of a column that a row does not name, exactly: evenly, or as often as the column has them.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "lacuna/tensor/spec.h"

namespace lacuna::data {

class DrawnIds {
 public:
  // Ids of [0, width), each as likely as any other.
  explicit DrawnIds(Dim width) : evenly_(true), total_(static_cast<uint64_t>(width)) {}
  // Ids as often as they were counted.
  explicit DrawnIds(const std::map<Dim, uint64_t>& counts);

  // The id that the 64 random bits give, none of `named`, which are sorted and different; -1 if there is
  // none.
  Dim draw(uint64_t random, std::span<const Dim> named) const;

 private:
  // The ids before this one, each as often as it is drawn; and how often it is.
  uint64_t before(Dim id) const;
  uint64_t times(Dim id) const;

  bool evenly_ = false;
  std::vector<Dim> ids_{};          // Sorted.
  std::vector<uint64_t> before_{};  // For each of them.
  uint64_t total_ = 0;
};

}  // namespace lacuna::data
