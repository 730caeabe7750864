// FactorizationMachine: a linear model plus a product for each pair of features.
#pragma once
#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

struct FactorizationMachineOptions {
  Arg<activations::Activation> activation{};
  bool use_bias = true;
  Arg<initializers::Initializer> kernel_initializer = "uniform", bias_initializer = "zeros";
  Arg<regularizers::Regularizer> kernel_regularizer{}, bias_regularizer{}, activity_regularizer{};
  Arg<constraints::Constraint> kernel_constraint{}, bias_constraint{};
  bool sparse_weight = false;
  Dim input_dim = 0;
  bool ids = false, mask_zero = false;
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// activation(Σ x_j l_j + Σ_{i<j} ⟨v_i, v_j⟩ x_i x_j + bias), (batch, n) to (batch, 1): a linear model and,
// for each pair of features, the product of their factors (Rendle, 2010). x is csr or dense. Row j of the
// kernel (n, factors + 1) is v_j, then l_j. sparse_weight: as in Dense.
//
// With ids, x holds integers in [0, input_dim), (batch, fields), as for an Embedding: they name the features
// that are 1; an id that occurs twice is two of them. mask_zero: id 0 is padding.
class FactorizationMachine : public Layer {
 public:
  explicit FactorizationMachine(Dim factors, FactorizationMachineOptions options = {});

 protected:
  void build(const std::vector<Shape>& input_shapes) override;
  Symbol call(const Symbol& x) override;
  Symbol activity_loss(const Symbol& output) override;

 private:
  Dim factors_;
  std::shared_ptr<const FactorizationMachineOptions> options_;
};

}  // namespace layers
}  // namespace lacuna
