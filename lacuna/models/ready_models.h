// Models that are made by a word: linear, factorization machine, mlp, wide and deep.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lacuna/data/dataset.h"
#include "lacuna/layers/activations/activations.h"
#include "lacuna/models/model.h"

namespace LACUNA_EXPORT lacuna {
namespace models {

struct ReadyModelOptions {
  Dim outputs = 1;
  // Of the outputs. None: softmax of several outputs, and none of one.
  Arg<activations::Activation> activation{};
  Arg<activations::Activation> hidden_activation = "relu";
  double l1 = 0, l2 = 0;  // Of all kernels: l1 Σ|w| + l2 Σw², which the loss gets.
  double dropout = 0;     // After each hidden layer.
  bool use_bias = true;   // Of the outputs.
  // Kernels that csr meets store only the rows that were touched.
  bool sparse_weight = true;
  std::string name{};
  std::optional<DType> dtype{};  // Of the input and of the weights; floatx unless given.
};

// Each takes what is fed, (batch, input_dim) in csr, and gives (batch, outputs). Weights of `linear`, and of
// the wide part, begin at 0, so that columns that were never seen add nothing. Throw InvalidArgument for
// sizes that are not positive.

// x kernel + bias.
Model linear(Dim input_dim, const ReadyModelOptions& options = {});
// A linear model plus a product for each pair of columns (layers::FactorizationMachine); one for each output.
Model factorization_machine(Dim input_dim, Dim factors, const ReadyModelOptions& options = {});
// Hidden layers of so many units, and the outputs.
Model mlp(Dim input_dim, const std::vector<Dim>& units, const ReadyModelOptions& options = {});
// A linear model plus an mlp on the weighted sum of a row's embeddings, of output_dim numbers each (Cheng et
// al., "Wide & Deep Learning for Recommender Systems", 2016).
Model wide_deep(Dim input_dim, const std::vector<Dim>& units, Dim output_dim,
                const ReadyModelOptions& options = {});

// One of these by its text: "linear", "fm:16" (factors), "mlp:128,64" (units), "wide-deep:128,64:16" (units,
// output_dim of the embedding). What stands after the name may be left out: these are the defaults.
Model ready_model(const std::string& text, Dim input_dim, const ReadyModelOptions& options = {});
// The same for the inputs of a dataset, by their names: matrices, csr or dense, of a known width, and ids,
// whose number is known. Several stand side by side. Throws InvalidArgument for others.
Model ready_model(const std::string& text, const data::Dataset& dataset,
                  const ReadyModelOptions& options = {});

// Reads and writes the options by their names.
void ready_model_list(Settings& settings, ReadyModelOptions& options);

}  // namespace models
}  // namespace lacuna
