// BatchNormalization.
#pragma once
#include "lacuna/base/dialect.h"
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

struct BatchNormalizationOptions {
  int axis = -1;
  double momentum = 0.99, epsilon = 1e-3;
  bool center = true, scale = true;
  Arg<initializers::Initializer> beta_initializer = "zeros", gamma_initializer = "ones",
                                 moving_mean_initializer = "zeros", moving_variance_initializer = "ones";
  Arg<regularizers::Regularizer> beta_regularizer{}, gamma_regularizer{};
  Arg<constraints::Constraint> beta_constraint{}, gamma_constraint{};
  bool subtract_mean = true;
  // While the layer is frozen (not trainable): whether training uses the moving averages too, as in Keras 3,
  // or the batch.
  bool frozen_uses_averages = by_dialect(false, true);
  // Whether moving_variance averages the batch's variance over n - 1 (nearly, as in Keras 2.2.4), or over n.
  bool unbiased_variance = by_dialect(true, false);
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// gamma (x - mean) / √(variance + epsilon) + beta for each feature; features lie along `axis`. In training
// mean and variance are those of the batch, which also update the moving averages; otherwise these averages
// are used (Ioffe and Szegedy, 2015). Weights: gamma (scale), beta (center), moving_mean, moving_variance.
// The averages of a layer that is not trainable do not change; frozen_uses_averages tells what it normalizes
// by.
//
// A csr input needs center and subtract_mean to be false, which keeps its zeros: it is only divided by the
// standard deviation, and stays csr. Else it is an error. Updating the averages costs O(columns) per step
// beside the non-zeros.
class BatchNormalization : public Layer {
 public:
  explicit BatchNormalization(BatchNormalizationOptions options = {});

 protected:
  void build(const std::vector<Shape>& input_shapes) override;
  using Layer::call;
  std::vector<Symbol> call(const Inputs& inputs) override;

 private:
  // averages: use the moving averages in training too, and do not update them.
  Symbol normalized(const Symbol& x, bool averages);
  int axis_of(size_t rank) const;

  std::shared_ptr<const BatchNormalizationOptions> options_;
};

}  // namespace layers
}  // namespace lacuna
