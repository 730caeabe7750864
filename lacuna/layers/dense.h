// Dense: activation(x kernel + bias).
#pragma once
#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

struct DenseOptions {
  Arg<activations::Activation> activation{};
  bool use_bias = true;
  Arg<initializers::Initializer> kernel_initializer = "glorot_uniform", bias_initializer = "zeros";
  Arg<regularizers::Regularizer> kernel_regularizer{}, bias_regularizer{}, activity_regularizer{};
  Arg<constraints::Constraint> kernel_constraint{}, bias_constraint{};
  bool sparse_weight = false;
  Dim input_dim = 0;
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// activation(x kernel + bias), over the last axis of x; x is dense of rank 2 or more, or csr. With
// sparse_weight the kernel stores only the rows that were touched, together with the optimizer's state; l1
// and l2 then apply to the rows that a batch touches.
class Dense : public Layer {
 public:
  explicit Dense(Dim units, DenseOptions options = {});

 protected:
  void build(const std::vector<Shape>& input_shapes) override;
  Symbol call(const Symbol& x) override;
  Symbol activity_loss(const Symbol& output) override;

 private:
  Dim units_;
  std::shared_ptr<const DenseOptions> options_;
};

}  // namespace layers
}  // namespace lacuna
