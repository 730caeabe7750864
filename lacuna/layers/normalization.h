// BatchNormalization.
#pragma once
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
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// gamma (x - mean) / √(variance + epsilon) + beta for each feature; features lie along `axis`. In training
// mean and variance are those of the batch, which also update the moving averages; otherwise these averages
// are used (Ioffe and Szegedy, 2015). Weights: gamma (scale), beta (center), moving_mean, moving_variance. As
// in Keras 2.2.4, a layer that is not trainable still uses the batch in training, but its averages do not
// change.
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
