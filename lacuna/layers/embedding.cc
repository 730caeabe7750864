// Rows of a weight by id.
#include "lacuna/layers/embedding.h"

#include "lacuna/ops/take.h"
#include "lacuna/ops/translate.h"

namespace lacuna::layers {
namespace {

void list(Settings& s, Dim& input_dim, Dim& output_dim, EmbeddingOptions& o) {
  s("input_dim", input_dim)("output_dim", output_dim)("embeddings_initializer", o.embeddings_initializer);
  s("embeddings_regularizer", o.embeddings_regularizer)("activity_regularizer", o.activity_regularizer);
  s("embeddings_constraint", o.embeddings_constraint)("mask_zero", o.mask_zero);
  s.positive("input_length", o.input_length)("sparse_grad", o.sparse_grad);
}
const bool told = known<Embedding>("Embedding", list);

}  // namespace

Embedding::Embedding(Dim input_dim, Dim output_dim, EmbeddingOptions options)
    : Layer(common(options), "Embedding"),
      input_dim_(input_dim),
      output_dim_(output_dim),
      options_(std::make_shared<EmbeddingOptions>(std::move(options))) {
  require(input_dim > 0 && output_dim > 0,
          "Embedding: input_dim and output_dim must be positive. Received: input_dim=", input_dim,
          ", output_dim=", output_dim, ".");
  require(!options_->mask_zero, "Embedding: mask_zero is not supported yet. Received: mask_zero=True.");
  require(options_->input_length >= 0,
          "Embedding: input_length must be positive. Received: input_length=", options_->input_length, ".");
  state()->feeds_ids = true;
  if (state()->batch_input_shape.empty()) {
    if (options_->input_length) state()->batch_input_shape = {None, options_->input_length};
    else state()->batch_input_shape = {None, None};
  }
  describe(list, input_dim, output_dim, *options_);
}

void Embedding::build(const std::vector<Shape>&) {
  add_weight("embeddings", {input_dim_, output_dim_}, options_->embeddings_initializer,
             options_->embeddings_regularizer, options_->embeddings_constraint, true, options_->sparse_grad);
}

Symbol Embedding::call(const Symbol& x) {
  const Symbol embeddings = read(state()->weights[0].variable);
  require(!options_->input_length ||
              (x.rank() == 2 && (x.shape()[1] == None || x.shape()[1] == options_->input_length)),
          name(), ": the input must have input_length columns. Received: input=", x.spec(),
          ", input_length=", options_->input_length, ".");
  const Symbol ids = as_ids(x);
  return take(embeddings, options_->sparse_grad ? translate(ids, embeddings) : ids);
}

Symbol Embedding::activity_loss(const Symbol& output) {
  return options_->activity_regularizer ? options_->activity_regularizer->loss(output) : Symbol();
}

}  // namespace lacuna::layers
