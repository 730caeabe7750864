// Activations with settings or weights. csr stays csr if f(0) = 0.
#pragma once
#include <limits>

#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// x where x ≥ 0, else alpha x.
class LeakyReLU : public Layer {
 public:
  explicit LeakyReLU(double alpha = 0.3, const LayerOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  double alpha_;
};

// x where x ≥ 0, else alpha (exp(x) - 1).
class ELU : public Layer {
 public:
  explicit ELU(double alpha = 1, const LayerOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  double alpha_;
};

// x where x > theta, else 0.
class ThresholdedReLU : public Layer {
 public:
  explicit ThresholdedReLU(double theta = 1, const LayerOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  double theta_;
};

struct ReLUOptions {
  double max_value = std::numeric_limits<double>::infinity(), negative_slope = 0, threshold = 0;
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// max_value where x ≥ max_value, x where x ≥ threshold, else negative_slope (x - threshold).
class ReLU : public Layer {
 public:
  explicit ReLU(const ReLUOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  double max_value_, negative_slope_, threshold_;
};

// softmax along an axis.
class Softmax : public Layer {
 public:
  explicit Softmax(int axis = -1, const LayerOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  int axis_;
};

struct PReLUOptions {
  Arg<initializers::Initializer> alpha_initializer = "zeros";
  Arg<regularizers::Regularizer> alpha_regularizer{};
  Arg<constraints::Constraint> alpha_constraint{};
  std::vector<int64_t> shared_axes{};  // alpha is the same along these axes; axis 0 is the batch.
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// x where x ≥ 0, else alpha x, with a learned alpha for each feature (He et al., 2015).
class PReLU : public Layer {
 public:
  explicit PReLU(PReLUOptions options = {});

 protected:
  void build(const std::vector<Shape>& input_shapes) override;
  Symbol call(const Symbol& x) override;

 private:
  std::shared_ptr<const PReLUOptions> options_;
};

}  // namespace layers
}  // namespace lacuna
