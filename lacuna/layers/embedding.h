// Embedding: rows of a weight by id, or bags of them.
#pragma once
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

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
// sparse_grad only rows that were touched are stored and updated, together with the optimizer's state.
// mask_zero: id 0 is padding, which the mask leaves out; input_dim includes it.
//
// With a combiner the rows of each sample are combined to one (a bag): (batch, output_dim). In csr of shape
// (batch, input_dim) the columns are ids and the stored values their weights w (if not `weighted`, each is
// 1): "sum" is Σ w e, "mean" Σ w e / Σ w, "sqrtn" Σ w e / √Σ w², as in TensorFlow; the result is 0 for a row
// without entries or with Σ w = 0 (for "sqrtn" Σ w² = 0). In ids of shape (batch, length) each id has weight
// 1; with mask_zero id 0 is left out.
//
// csr without a combiner is an error: Keras 3 would take the values as ids and zeros that are not stored as
// id 0, which gives a row for every column.
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

}  // namespace layers
}  // namespace lacuna
