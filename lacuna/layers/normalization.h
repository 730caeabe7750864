// BatchNormalization.
#pragma once
#include "lacuna/layers/layer.h"

namespace lacuna::layers {

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

// gamma (x - mean) / √(variance + epsilon) + beta for each feature, which stand along `axis`: in training
// with mean and variance of the batch, which move the averages that are used else (Ioffe and Szegedy, 2015).
// Weights: gamma (scale), beta (center), moving_mean, moving_variance. As in Keras 2.2.4 the averages stand
// still where the layer is not trainable, and batches are normalized by themselves in training all the same.
//
// csr stays csr where zeros stay: with center and subtract_mean false it is divided by the standard deviation
// alone; else csr is an error. Moving averages cost O(columns) a step beside the non-zeros.
class BatchNormalization : public Layer {
 public:
  explicit BatchNormalization(BatchNormalizationOptions options = {});

 protected:
  void build(const std::vector<Shape>& input_shapes) override;
  using Layer::call;
  std::vector<Symbol> call(const Inputs& inputs) override;

 private:
  // averages: with the moving ones in training too, which then stand still.
  Symbol normalized(const Symbol& x, bool averages);
  int axis_of(size_t rank) const;

  std::shared_ptr<const BatchNormalizationOptions> options_;
};

}  // namespace lacuna::layers
