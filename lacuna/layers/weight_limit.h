// What the weights of a model that comes from a file may take, so that a config alone does not take all
// memory.
#pragma once
#include <string>

namespace lacuna::layers {

// While one lives, the dense weights that this thread makes must not have more bytes together.
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

}  // namespace lacuna::layers
