// What compile adds to a network: optimizer, losses, metrics, as symbols of the same graph.
#pragma once
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/losses/losses.h"
#include "lacuna/metrics/metrics.h"
#include "lacuna/network/network.h"
#include "lacuna/optimizers/optimizer.h"

namespace lacuna {

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
  // The same, weighted by the sample weights that fit gets: Σ w v / Σ w over all samples. They are named
  // weighted_acc, …
  Metrics weighted_metrics{};
  std::map<std::string, Metrics> output_weighted_metrics{};
};

// One output with its target.
struct CompiledOutput {
  std::string name{};
  std::shared_ptr<losses::Loss> loss{};  // Null: the output has no target.
  double weight = 1;
  Dim classes = 0;                       // Labels are below this; 0 where the target holds none.
  Dim least_label = 0;                   // -1 where it pads.
  Symbol target{}, sample_weight{};      // placeholders
  Symbol matrix{};                       // The target, or what a csr one that is fed takes the place of.
  Symbol plain_loss{}, weighted_loss{};  // scalars
  struct Metric {
    std::string name;
    Symbol value{};  // A scalar, of which the mean over batches is right; or
    Symbol fed{};    // what an accumulator is fed with as y_pred.
    std::function<std::shared_ptr<metrics::Accumulator>()> accumulator{};
    bool larger_is_better = false;
  };
  std::vector<Metric> metrics{};
  mutable bool told_of_labels = false;  // That some are no probabilities, which the loss takes.
};

struct Compiled {
  std::shared_ptr<optimizers::Optimizer> optimizer{};
  std::vector<CompiledOutput> outputs{};
  // What a step changes: by the flags `trainable` as they were at compile, as in Keras.
  std::vector<layers::Weight*> trainable{};
  std::vector<layers::LayerUpdate> updates{};
  // "loss", then of several outputs each one's loss, then the metrics: the order of what evaluate returns.
  std::vector<std::string> metrics_names{};

  std::vector<const CompiledOutput*> targets() const;  // Outputs with a loss.
  // All that it reads: losses, metrics, updates.
  std::vector<Symbol> symbols() const;
  // Whether training should make a value of the logs larger, "val_auc": as its metric says, of losses never.
  // Of what a callback added by its name.
  bool larger_is_better(const std::string& log) const;
};

Compiled compile(const Network& network, const CompileOptions& options);

// As Keras' training_config: optimizer_config, loss, metrics, loss_weights, by their names; and back. One's
// own functions are written by name as well, and must be known to the Registry to be read.
Config to_config(const CompileOptions& options);
CompileOptions compile_options(const Config& config);

}  // namespace lacuna
