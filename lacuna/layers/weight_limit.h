// Limits the memory for weights while a model is loaded from a file, so that a small config cannot use up all
// memory.
#pragma once
#include <string>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// While one lives, the dense weights that this thread makes must not have more than `bytes` bytes in total.
class WeightLimit {
 public:
  explicit WeightLimit(double bytes);
  ~WeightLimit();
  WeightLimit(const WeightLimit&) = delete;
  WeightLimit& operator=(const WeightLimit&) = delete;

  // Called for each weight. Throws InvalidArgument beyond the limit.
  static void take(const std::string& layer, const std::string& name, double bytes);

 private:
  double left_;
  WeightLimit* outer_;
};

}  // namespace layers
}  // namespace lacuna
