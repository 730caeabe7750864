// Embedding: rows of a weight by id, or bags of them.
#pragma once
#include "lacuna/layers/layer.h"

namespace lacuna::layers {

struct EmbeddingOptions {
  Arg<initializers::Initializer> embeddings_initializer = "uniform";
  Arg<regularizers::Regularizer> embeddings_regularizer{}, activity_regularizer{};
  Arg<constraints::Constraint> embeddings_constraint{};
  bool mask_zero = false;
  Dim input_length = 0;
  bool sparse_grad = false;
  std::string combiner{};  // "sum", "mean" or "sqrtn"; none unless given
  bool weighted = true;
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// Rows of a weight by id: integers of shape (batch, …) in [0, input_dim) to (batch, …, output_dim). With
// sparse_grad only rows that were touched are kept and updated, the optimizer's state beside them. mask_zero:
// id 0 is padding, which the mask leaves out; input_dim counts it.
//
// With a combiner the rows of each sample become one, a bag: (batch, output_dim). Of csr (batch, input_dim)
// the columns are the ids and what is stored are weights w (1 each unless weighted): "sum" is Σ w e, "mean"
// Σ w e / Σ w, "sqrtn" Σ w e / √Σ w², as in TensorFlow; a row without entries, or whose weights sum to 0, is
// 0. Of ids (batch, length) each counts 1, and with mask_zero id 0 nothing.
//
// csr without a combiner is an error: Keras 3 takes its values for ids and what is not stored for id 0, which
// makes a row of every column.
class Embedding : public Layer {
 public:
  Embedding(Dim input_dim, Dim output_dim, EmbeddingOptions options = {});

 protected:
  void build(const std::vector<Shape>& input_shapes) override;
  Symbol call(const Symbol& x) override;
  Symbol compute_mask(const std::vector<Symbol>& inputs, const std::vector<Symbol>& masks) override;
  Symbol activity_loss(const Symbol& output) override;

 private:
  Symbol bag(const Symbol& x, const Symbol& embeddings) const;

  Dim input_dim_, output_dim_;
  std::shared_ptr<const EmbeddingOptions> options_;
};

}  // namespace lacuna::layers
