// What compile adds to a network: optimizer, losses, metrics, as symbols of the same graph.
#pragma once
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/base/dialect.h"
#include "lacuna/losses/losses.h"
#include "lacuna/metrics/metrics.h"
#include "lacuna/network/network.h"
#include "lacuna/optimizers/optimizer.h"

namespace LACUNA_EXPORT lacuna {

// One for all outputs, one for each in order, or by output name.
template <class T>
struct PerOutput {
  PerOutput() = default;
  template <class U>
  requires std::convertible_to<U, T> PerOutput(U&& one) : list{T(std::forward<U>(one))}, for_all(true) {}
  PerOutput(std::vector<T> each) : list(std::move(each)) {}
  PerOutput(std::map<std::string, T> by_name) : named(std::move(by_name)) {}

  std::vector<T> list{};
  std::map<std::string, T> named{};
  bool for_all = false;
};

using Metrics = std::vector<Arg<metrics::Metric>>;

struct CompileOptions {
  Arg<optimizers::Optimizer> optimizer{};
  PerOutput<Arg<losses::Loss>> loss{};
  Metrics metrics{};                                // of every output
  std::map<std::string, Metrics> output_metrics{};  // of some, by name
  PerOutput<double> loss_weights{};
  // "temporal": sample weights are (rows, steps), one for each step of the output; empty: one for each row.
  PerOutput<std::string> sample_weight_mode{};
  // The same, weighted by the sample weights that fit gets: Σ w v / Σ w over all samples. They are named
  // weighted_acc, …
  Metrics weighted_metrics{};
  std::map<std::string, Metrics> output_weighted_metrics{};
  // The targets of outputs, if not those that fit makes: a placeholder is fed with y; of any other symbol,
  // which is computed, there is no y. Empty: fit makes one. Files do not keep them.
  PerOutput<Symbol> target_tensors{};
  // Whether rows of weight 0 count in the number that a weighted loss is divided by: Σ w v / n, as in Keras
  // 3, or Σ w v / (number of w != 0).
  bool zero_weights_count = by_dialect(false, true);
};

// One output with its target.
struct CompiledOutput {
  std::string name{};
  std::shared_ptr<losses::Loss> loss{};  // Null: the output has no target.
  double weight = 1;
  Dim classes = 0;                       // Labels are below this; 0: the target holds no labels.
  Dim least_label = 0;                   // -1 if it pads labels.
  Symbol target{}, sample_weight{};      // placeholders
  bool temporal = false;                 // There is a sample weight for each step.
  Symbol matrix{};                       // What a csr y replaces: the target, or the matrix of its ids.
  Symbol plain_loss{}, weighted_loss{};  // scalars
  struct Metric {
    std::string name;
    Symbol value{};        // A scalar, to be averaged over batches unless it is `running`; or
    Symbol fed{};          // what the accumulator gets as y_pred.
    bool running = false;  // The value after a batch is that of all batches so far.
    std::vector<Update> updates{};
    std::vector<Tensor> first{};  // Of the updated variables, at the begin of an epoch.
    std::function<std::shared_ptr<metrics::Accumulator>()> accumulator{};
    bool larger_is_better = false;
  };
  std::vector<Metric> metrics{};
  mutable bool told_of_labels = false;  // Warned of labels that are no probabilities.
};

struct Compiled {
  std::shared_ptr<optimizers::Optimizer> optimizer{};
  std::vector<CompiledOutput> outputs{};
  // What a training step changes, by the `trainable` flags at compile, as in Keras.
  std::vector<layers::Weight*> trainable{};
  std::vector<layers::LayerUpdate> updates{};
  Network::Frozen frozen{};             // By the same flags.
  std::vector<Symbol> added_losses{};   // Scalars, of layers and of add_loss.
  std::vector<Symbol> added_metrics{};  // Scalars; their names are the last of metrics_names.
  // "loss", then the loss of each output if there are several, then the metrics. evaluate returns values in
  // this order.
  std::vector<std::string> metrics_names{};

  std::vector<const CompiledOutput*> targets() const;  // Outputs with a loss.
  std::vector<Update> metric_updates() const;
  size_t losses() const;  // How many of metrics_names are losses: the first ones.
  // All that it reads: losses, metrics, updates.
  std::vector<Symbol> symbols() const;
  // Whether a larger value is better for an entry of the logs, such as "val_auc": as its metric says, and
  // never for losses. For an entry that a callback added, its name decides.
  bool larger_is_better(const std::string& log) const;
};

Compiled compile(const Network& network, const CompileOptions& options);

// Convert to Keras' training_config (optimizer_config, loss, metrics, loss_weights, by name) and back. A
// user's own functions are written by name too, and must be known to the Registry to be read.
Config to_config(const CompileOptions& options);
CompileOptions compile_options(const Config& config);

}  // namespace lacuna
