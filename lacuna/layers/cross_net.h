// The cross networks of Deep & Cross and of DCN V2.
#pragma once
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

struct CrossNetOptions {
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

// The cross network of Deep & Cross (Wang et al., 2017), of the shape of its input x, (batch, n):
//   x_0 = x,  x_{l+1} = x (x_l · w_l) + b_l + x_l
// with w_l the columns of the kernel (n, num_layers), b_l the rows of the bias (num_layers, n). Without bias
// csr stays csr, since the output is x times one number per row; with bias the output is dense.
// sparse_weight: as in Dense; only without bias.
class CrossNet : public Layer {
 public:
  explicit CrossNet(Dim num_layers, CrossNetOptions options = {});

 protected:
  void build(const std::vector<Shape>& input_shapes) override;
  Symbol call(const Symbol& x) override;
  Symbol activity_loss(const Symbol& output) override;

 private:
  Dim num_layers_;
  std::shared_ptr<const CrossNetOptions> options_;
};

struct CrossNetV2Options {
  Dim projection_dim = 0;  // The rank of the kernels; full matrices unless given.
  bool use_bias = true;
  Arg<initializers::Initializer> kernel_initializer = "glorot_uniform", bias_initializer = "zeros";
  Arg<regularizers::Regularizer> kernel_regularizer{}, bias_regularizer{}, activity_regularizer{};
  Arg<constraints::Constraint> kernel_constraint{}, bias_constraint{};
  Dim input_dim = 0;
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// The cross network of DCN V2 (Wang et al., 2021), of the shape of its input x, (batch, n):
//   x_0 = x,  x_{l+1} = x ∘ (x_l W_l + b_l) + x_l
// with W_l a matrix (n, n), or U_l V_lᵀ with U_l and V_l (n, projection_dim). csr stays csr, with the pattern
// of x; a full W_l needs a dense (batch, n) product beside it, U_l V_lᵀ only work for the non-zeros. Weights:
// U_l, V_l (or W_l), b_l, layer by layer.
class CrossNetV2 : public Layer {
 public:
  explicit CrossNetV2(Dim num_layers, CrossNetV2Options options = {});

 protected:
  void build(const std::vector<Shape>& input_shapes) override;
  Symbol call(const Symbol& x) override;
  Symbol activity_loss(const Symbol& output) override;

 private:
  Dim num_layers_;
  std::shared_ptr<const CrossNetV2Options> options_;
};

}  // namespace layers
}  // namespace lacuna
