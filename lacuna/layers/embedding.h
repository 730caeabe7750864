#pragma once
#include "lacuna/layers/layer.h"

namespace lacuna::layers {

struct EmbeddingOptions {
  Arg<initializers::Initializer> embeddings_initializer = "uniform";
  Arg<regularizers::Regularizer> embeddings_regularizer{}, activity_regularizer{};
  Arg<constraints::Constraint> embeddings_constraint{};
  bool mask_zero = false;  // Not supported yet: true is an error.
  Dim input_length = 0;
  bool sparse_grad = false;
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// Rows of a weight by id: integers of shape (batch, …) in [0, input_dim) to (batch, …, output_dim). With
// sparse_grad only rows that were touched are kept and updated, the optimizer's state beside them.
class Embedding : public Layer {
 public:
  Embedding(Dim input_dim, Dim output_dim, EmbeddingOptions options = {});

 protected:
  void build(const std::vector<Shape>& input_shapes) override;
  Symbol call(const Symbol& x) override;
  Symbol activity_loss(const Symbol& output) override;

 private:
  Dim input_dim_, output_dim_;
  std::shared_ptr<const EmbeddingOptions> options_;
};

}  // namespace lacuna::layers
