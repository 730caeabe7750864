// Embedding: rows of a weight by id, or bags of them.
#include "lacuna/layers/embedding.h"

#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/compare.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/products/bag_of_ids.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/take.h"
#include "lacuna/ops/products/translate.h"
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna::layers {
namespace {

void embedding_list(Settings& s, Dim& input_dim, Dim& output_dim, EmbeddingOptions& o) {
  s("input_dim", input_dim)("output_dim", output_dim)("embeddings_initializer", o.embeddings_initializer);
  s("embeddings_regularizer", o.embeddings_regularizer)("activity_regularizer", o.activity_regularizer);
  s("embeddings_constraint", o.embeddings_constraint)("mask_zero", o.mask_zero);
  s.positive("input_length", o.input_length)("sparse_grad", o.sparse_grad);
  auto combiner = o.combiner.empty() ? std::nullopt : std::optional(o.combiner);
  s("combiner", combiner)("weighted", o.weighted);
  o.combiner = combiner.value_or("");
}
const bool embedding_registered = known<Embedding>("Embedding", embedding_list);

}  // namespace

Embedding::Embedding(Dim input_dim, Dim output_dim, EmbeddingOptions options)
    : Layer(common(options), "Embedding"),
      input_dim_(input_dim),
      output_dim_(output_dim),
      options_(std::make_shared<EmbeddingOptions>(std::move(options))) {
  LACUNA_REQUIRE(input_dim > 0 && output_dim > 0,
                 "Embedding: input_dim and output_dim must be positive. Received: input_dim=", input_dim,
                 ", output_dim=", output_dim, ".");
  LACUNA_REQUIRE(options_->input_length >= 0,
                 "Embedding: input_length must be positive. Received: input_length=", options_->input_length,
                 ".");
  const std::string& combiner = options_->combiner;
  LACUNA_REQUIRE(combiner.empty() || combiner == "sum" || combiner == "mean" || combiner == "sqrtn",
                 "Embedding: combiner must be 'sum', 'mean' or 'sqrtn'. Received: combiner='", combiner, "'",
                 nearest(combiner, {"sum", "mean", "sqrtn"}), ".");
  state()->fed_dtype = DType::int64;
  describe(embedding_list, input_dim, output_dim, *options_);
  if (!state()->batch_input_shape.empty()) return;
  if (options_->input_length) state()->batch_input_shape = {None, options_->input_length};
  else if (combiner.empty()) state()->batch_input_shape = {None, None};  // The input of a bag may be csr.
}

void Embedding::build(const std::vector<Shape>&) {
  add_weight("embeddings", {input_dim_, output_dim_}, options_->embeddings_initializer,
             options_->embeddings_regularizer, options_->embeddings_constraint, true, options_->sparse_grad);
}

Symbol Embedding::call(const Symbol& x) {
  const Symbol embeddings = read(state()->weights[0].variable);
  const bool csr = x.storage() == Storage::csr;
  LACUNA_REQUIRE(
      !csr || !options_->combiner.empty(), name(),
      ": a csr input needs a combiner, 'sum', 'mean' or 'sqrtn', since its columns are the ids; ids that "
      "are its values are to be given as a dense array. Received: input=",
      x.spec(), ".");
  LACUNA_REQUIRE(csr || !options_->input_length ||
                     (x.rank() == 2 && (x.shape()[1] == None || x.shape()[1] == options_->input_length)),
                 name(), ": the input must have input_length columns. Received: input=", x.spec(),
                 ", input_length=", options_->input_length, ".");
  if (!options_->combiner.empty()) return bag(x, embeddings);
  const Symbol ids = as_ids(x);
  return take(embeddings, options_->sparse_grad ? translate(ids, embeddings) : ids);
}

Symbol Embedding::bag(const Symbol& x, const Symbol& embeddings) const {
  const bool csr = x.storage() == Storage::csr;
  LACUNA_REQUIRE(x.rank() == 2, name(), ": the input of a combiner has rank 2. Received: input=", x.spec(),
                 ".");
  LACUNA_REQUIRE(!csr || !options_->mask_zero, name(),
                 ": mask_zero is for padded ids: csr has none. Received: input=", x.spec(),
                 ", mask_zero=True.");
  LACUNA_REQUIRE(!csr || x.shape()[1] == input_dim_, name(),
                 ": a csr input must have input_dim columns. Received: input=", x.spec(),
                 ", input_dim=", input_dim_, ".");
  Symbol weights = csr ? x : bag_of_ids(as_ids(x), embeddings, options_->mask_zero);
  if (options_->sparse_grad) weights = translate(weights, embeddings);
  if (csr && !options_->weighted) weights = broadcast_at(constant(1, dtype()), weights);
  const Symbol total = dot(weights, embeddings);
  if (options_->combiner == "sum") return total;
  const bool mean = options_->combiner == "mean";
  const Symbol norm = sum(mean ? weights : square(weights), {1}, true), zero = constant(0, dtype());
  const Symbol divisor = add(norm, equal(norm, zero));  // 1 where norm is 0, to avoid 0 / 0.
  return multiply(total, divide(not_equal(norm, zero), mean ? divisor : sqrt(divisor)));
}

Symbol Embedding::compute_mask(const std::vector<Symbol>& inputs, const std::vector<Symbol>&) {
  if (!options_->mask_zero || !options_->combiner.empty()) return {};
  return not_equal(cast(as_ids(inputs[0]), dtype()), constant(0, dtype()));
}

Symbol Embedding::activity_loss(const Symbol& output) {
  return options_->activity_regularizer ? options_->activity_regularizer->loss(output) : Symbol();
}

}  // namespace lacuna::layers
