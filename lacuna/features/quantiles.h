// Quantiles of numbers that come in parts.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace features {

// Keeps all values up to kExact of them, and then fewer, each of which stands for several: the memory does
// not grow. A value is then at most total / kExact places away from where it would be, for each time that
// values were joined.
class Quantiles {
 public:
  static constexpr size_t kExact = size_t{1} << 20;

  // Values must not be NaN.
  void add(std::span<const double> values);
  double count() const { return count_; }

  // The values below which 1 / parts, 2 / parts, … of all values are, as Keras' Discretization has them: by
  // linear interpolation between the ranks 1 to n. There must be values.
  std::vector<double> boundaries(size_t parts);

 private:
  struct Kept {
    double value, weight;
  };
  void sort();
  void join();

  std::vector<Kept> kept_{};
  double count_ = 0;
  bool sorted_ = true;
};

}  // namespace features
}  // namespace lacuna
