// Discretization.
#pragma once
#include "lacuna/layers/features/feature.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

struct DiscretizationOptions {
  std::vector<double> bin_boundaries{};  // Ascending; or num_bins and adapt.
  Dim num_bins = 0;
  double epsilon = 0.01;  // Keras' error of its quantiles. Has no effect.
  std::string output_mode = "int";
  bool sparse = true;
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// The bin of each number: how many boundaries are at or below it. adapt puts the boundaries where num_bins
// bins hold equally many of the values it saw; the quantiles are exact up to 2^20 values, beyond they may be
// a millionth of the rows away. NaN is above all boundaries, and an error of adapt. output_mode: int, of the
// shape of the input; one_hot, multi_hot, count: rows with a column for each bin.
class Discretization : public Feature {
 public:
  explicit Discretization(DiscretizationOptions options = {});

  std::vector<double> bin_boundaries() const;

 protected:
  Symbol call(const Symbol& x) override;

 private:
  std::shared_ptr<const DiscretizationOptions> options_;
};

// The same for the state of such a layer, which a network keeps.
std::vector<double> bin_boundaries(const LayerState& layer);

}  // namespace layers
}  // namespace lacuna
