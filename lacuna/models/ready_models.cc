// linear, factorization_machine, mlp, wide_deep.
#include "lacuna/models/ready_models.h"

#include <algorithm>
#include <optional>

#include "lacuna/layers/core.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/factorization_machine.h"
#include "lacuna/layers/features/category_encoding.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "lacuna/models/ready_text.h"

namespace lacuna::models {
namespace {

// What a network begins with: the inputs, and all of them side by side.
struct ReadyInputs {
  std::vector<Symbol> fed{};
  Symbol x{};
};

ReadyInputs one_csr(const char* where, Dim input_dim, std::optional<DType> dtype) {
  LACUNA_REQUIRE(input_dim > 0, where, ": input_dim must be positive. Received: input_dim=", input_dim, ".");
  const Symbol x = layers::Input({.shape = {input_dim}, .name = "x", .dtype = dtype, .sparse = true});
  return {{x}, x};
}

// Ids in [0, n) as a matrix in csr that counts them.
Symbol ids_as_csr(const data::RowPart& part, const Symbol& ids) {
  Dim n = 0;
  for (const data::ColumnRange& column : part.columns) n = std::max(n, column.end);
  LACUNA_REQUIRE(n > 0,
                 "ready_model: the number of ids must be known; write CategoryEncoding(n) in a model of "
                 "your own. Received: input '",
                 part.name, "'=", part.spec, " ", part.spec.dtype, ".");
  return layers::CategoryEncoding({.num_tokens = n, .output_mode = "count", .name = part.name + "_columns"})(
      ids);
}

ReadyInputs inputs_of(const data::Schema& schema) {
  ReadyInputs result;
  std::vector<Symbol> all;
  for (const data::RowPart& part : schema) {
    if (part.role != data::Role::input) continue;
    const Spec& spec = part.spec;
    const bool is_matrix = spec.shape.size() == 2 && spec.shape[1] != None;
    LACUNA_REQUIRE(is_matrix && spec.dtype != DType::string,
                   "ready_model: an input must be a matrix of numbers or ids; texts need layers, such as "
                   "Hashing, in a model of your own. Received: input '",
                   part.name, "'=", spec, " ", spec.dtype, ".");
    const bool csr = spec.storage == Storage::csr;
    const bool ids = !csr && !is_float(spec.dtype);
    const std::optional<DType> dtype = ids ? std::optional(spec.dtype) : std::nullopt;
    const Symbol x =
        layers::Input({.shape = {spec.shape[1]}, .name = part.name, .dtype = dtype, .sparse = csr});
    result.fed.push_back(x);
    all.push_back(ids ? ids_as_csr(part, x) : x);
  }
  LACUNA_REQUIRE(!all.empty(), "ready_model: the dataset must have inputs. Received: inputs=0.");
  result.x = all.size() == 1 ? all[0] : layers::concatenate(all, -1, {.name = "inputs"});
  return result;
}

// Makes the parts of a model from the options.
class ReadyParts {
 public:
  ReadyParts(const char* where, ReadyInputs inputs, const ReadyModelOptions& options)
      : where_(where), inputs_(std::move(inputs)), options_(options) {
    LACUNA_REQUIRE(options.outputs > 0, where,
                   ": outputs must be positive. Received: outputs=", options.outputs, ".");
    for (const double penalty : {options.l1, options.l2})
      LACUNA_REQUIRE(penalty >= 0, where, ": l1 and l2 must be 0 or more. Received: l1=", options.l1,
                     ", l2=", options.l2, ".");
    if (options.l1 > 0 || options.l2 > 0)
      regularizer_ = regularizers::L1L2{.l1 = options.l1, .l2 = options.l2};
  }

  const Symbol& x() const { return inputs_.x; }
  bool has_hidden() const { return has_hidden_; }

  // x kernel, without a bias unless it is the whole model.
  Symbol linear_part(const std::string& name, bool whole) const {
    auto options = kernel(name, x());
    options.kernel_initializer = "zeros";
    options.use_bias = whole && options_.use_bias;
    if (whole) options.activation = activation();
    return layers::Dense(options_.outputs, options)(x());
  }

  Symbol hidden(Symbol at, const std::vector<Dim>& units) {
    LACUNA_REQUIRE(!units.empty(), where_, ": units must name a hidden layer or more. Received: units=().");
    has_hidden_ = true;
    for (size_t i = 0; i < units.size(); ++i) {
      LACUNA_REQUIRE(units[i] > 0, where_, ": units must be positive. Received: units=", to_string(units),
                     ".");
      auto options = kernel(text("hidden_", i + 1), at);
      options.activation = options_.hidden_activation;
      at = layers::Dense(units[i], options)(at);
      if (options_.dropout != 0)
        at =
            layers::Dropout(options_.dropout, {.name = text("dropout_", i + 1), .dtype = options_.dtype})(at);
    }
    return at;
  }

  // outputs: whether they are those of the model, with the activation.
  Symbol outputs_of(const Symbol& hidden, const std::string& name, bool whole) const {
    auto options = kernel(name, hidden);
    options.use_bias = options_.use_bias;
    if (whole) options.activation = activation();
    return layers::Dense(options_.outputs, options)(hidden);
  }

  Symbol embedding(Dim output_dim) const {
    LACUNA_REQUIRE(output_dim > 0, where_, ": output_dim must be positive. Received: output_dim=", output_dim,
                   ".");
    auto options = kernel("embedding", x());
    options.kernel_initializer = "uniform";  // As that of an Embedding: a row names few of the columns.
    options.use_bias = false;
    return layers::Dense(output_dim, options)(x());
  }

  Symbol machines(Dim factors) const {
    LACUNA_REQUIRE(factors > 0, where_, ": factors must be positive. Received: factors=", factors, ".");
    std::vector<Symbol> all;
    for (Dim i = 0; i < options_.outputs; ++i) {
      const bool one = options_.outputs == 1;
      layers::FactorizationMachineOptions options{
          .use_bias = options_.use_bias,
          .kernel_regularizer = regularizer_,
          .sparse_weight = stores_rows(x()),
          .name = one ? std::string("factorization_machine") : text("factorization_machine_", i + 1),
          .dtype = options_.dtype};
      if (one) options.activation = activation();
      all.push_back(layers::FactorizationMachine(factors, options)(x()));
    }
    if (all.size() == 1) return all[0];
    return activated(layers::concatenate(all, -1, {.name = "machines", .dtype = options_.dtype}));
  }

  Symbol activated(const Symbol& y) const {
    const auto by = activation();
    return by ? layers::Activation(by, {.name = "output", .dtype = options_.dtype})(y) : y;
  }

  Model made(const Symbol& output) const {
    LACUNA_REQUIRE(options_.dropout == 0 || has_hidden_, where_,
                   ": dropout is for models with hidden layers. Received: dropout=", options_.dropout, ".");
    return Model(inputs_.fed, {output}, options_.name);
  }

 private:
  bool stores_rows(const Symbol& of) const { return options_.sparse_weight && of.storage() == Storage::csr; }

  layers::DenseOptions kernel(const std::string& name, const Symbol& of) const {
    return {.kernel_regularizer = regularizer_,
            .sparse_weight = stores_rows(of),
            .name = name,
            .dtype = options_.dtype};
  }

  Arg<activations::Activation> activation() const {
    if (options_.activation) return options_.activation;
    return options_.outputs > 1 ? Arg<activations::Activation>("softmax") : Arg<activations::Activation>();
  }

  const char* where_;
  ReadyInputs inputs_;
  const ReadyModelOptions& options_;
  Arg<regularizers::Regularizer> regularizer_{};
  bool has_hidden_ = false;
};

Model linear_of(ReadyInputs inputs, const ReadyModelOptions& options) {
  const ReadyParts parts("linear", std::move(inputs), options);
  return parts.made(parts.linear_part("linear", true));
}

Model machine_of(ReadyInputs inputs, Dim factors, const ReadyModelOptions& options) {
  const ReadyParts parts("factorization_machine", std::move(inputs), options);
  return parts.made(parts.machines(factors));
}

Model mlp_of(ReadyInputs inputs, const std::vector<Dim>& units, const ReadyModelOptions& options) {
  ReadyParts parts("mlp", std::move(inputs), options);
  return parts.made(parts.outputs_of(parts.hidden(parts.x(), units), "output", true));
}

Model wide_deep_of(ReadyInputs inputs, const std::vector<Dim>& units, Dim output_dim,
                   const ReadyModelOptions& options) {
  ReadyParts parts("wide_deep", std::move(inputs), options);
  const Symbol wide = parts.linear_part("wide", false);
  const Symbol deep = parts.outputs_of(parts.hidden(parts.embedding(output_dim), units), "deep", false);
  return parts.made(
      parts.activated(layers::add({wide, deep}, {.name = "wide_deep", .dtype = options.dtype})));
}

Model ready_of(const std::string& given, ReadyInputs inputs, const ReadyModelOptions& options) {
  const ReadyText said = ready_text(given);
  switch (said.kind) {
    case ReadyText::Kind::fm:
      return machine_of(std::move(inputs), said.factors, options);
    case ReadyText::Kind::mlp:
      return mlp_of(std::move(inputs), said.units, options);
    case ReadyText::Kind::wide_deep:
      return wide_deep_of(std::move(inputs), said.units, said.factors, options);
    default:
      return linear_of(std::move(inputs), options);
  }
}

}  // namespace

Model linear(Dim input_dim, const ReadyModelOptions& options) {
  return linear_of(one_csr("linear", input_dim, options.dtype), options);
}

Model factorization_machine(Dim input_dim, Dim factors, const ReadyModelOptions& options) {
  return machine_of(one_csr("factorization_machine", input_dim, options.dtype), factors, options);
}

Model mlp(Dim input_dim, const std::vector<Dim>& units, const ReadyModelOptions& options) {
  return mlp_of(one_csr("mlp", input_dim, options.dtype), units, options);
}

Model wide_deep(Dim input_dim, const std::vector<Dim>& units, Dim output_dim,
                const ReadyModelOptions& options) {
  return wide_deep_of(one_csr("wide_deep", input_dim, options.dtype), units, output_dim, options);
}

Model ready_model(const std::string& text, Dim input_dim, const ReadyModelOptions& options) {
  ready_text(text);  // A text that is wrong is the first error.
  return ready_of(text, one_csr("ready_model", input_dim, options.dtype), options);
}

Model ready_model(const std::string& text, const data::Dataset& dataset, const ReadyModelOptions& options) {
  ready_text(text);
  return ready_of(text, inputs_of(dataset.schema()), options);
}

void ready_model_list(Settings& s, ReadyModelOptions& o) {
  s("outputs", o.outputs)("activation", o.activation)("hidden_activation", o.hidden_activation);
  s("l1", o.l1)("l2", o.l2)("dropout", o.dropout)("use_bias", o.use_bias)("sparse_weight", o.sparse_weight);
  std::optional<std::string> dtype;
  if (o.dtype) dtype = name_of(*o.dtype);
  s("name", o.name)("dtype", dtype);
  if (dtype) o.dtype = dtype_from_name(*dtype);
}

}  // namespace lacuna::models
