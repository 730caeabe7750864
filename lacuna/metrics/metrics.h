// Metrics, which are reported beside the loss. Those of Keras 2.2.4: the accuracies, top-k, and every loss;
// for those with a state see counts.h and auc.h.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/base/arg.h"
#include "lacuna/graph/update.h"
#include "lacuna/losses/losses.h"
#include "lacuna/metrics/accumulator.h"

namespace LACUNA_EXPORT lacuna {
namespace metrics {

using losses::Function;

// What a metric with variables of its own computes from a batch.
struct Running {
  Symbol value{};                 // A scalar: the metric after this batch.
  std::vector<Update> updates{};  // What each batch of training and of evaluate changes.
};
using RunningFunction = std::function<Running(const Symbol& y_true, const Symbol& y_pred)>;

struct Metric {
  static constexpr auto kind = "metric";
  // For "accuracy" and "crossentropy" the function depends on the output and the loss: see resolve.
  enum class Choice : uint8_t { made, accuracy, crossentropy };

  std::string name{};  // The key in History: Keras' full name, "acc" or "ce", or "function" for a user's own.
  Function function{};
  losses::Labels labels = losses::Labels::values;
  Choice choice = Choice::made;
  bool own = false;       // A user's function: gets y_true in the form that the loss takes.
  bool weighted = false;  // Uses fit's sample weights, even if it is not in weighted_metrics.
  bool larger_is_better = false;
  // Makes the state of a metric that has one; then there is no function, and weights always apply.
  MakeAccumulator accumulator{};
  // Of a metric with variables of its own; then there is neither function nor accumulator. An epoch, and each
  // evaluate, begins with the values that the variables have when the model is compiled.
  RunningFunction running{};
  // If the metric was made from settings: their class and values, for a config. Otherwise a config has its
  // name.
  std::string made_by{};
  Config settings{};
  const std::string& class_name() const { return by_name() ? name : made_by; }
  const Config& config() const { return settings; }
  bool by_name() const { return made_by.empty(); }

  // One value for each sample, or what a user's function returns, which may be a scalar.
  Symbol operator()(const Symbol& y_true, const Symbol& y_pred) const;
  bool ids_target() const { return labels != losses::Labels::values; }

  static std::shared_ptr<Metric> from_function(Function function, std::string name = {});
  static std::shared_ptr<Metric> from_running(RunningFunction running, std::string name);
  // The same with a class and its settings, which a config then has in place of the name.
  std::shared_ptr<Metric> described(std::string class_name, Config config) const;
};

// A metric made from settings, with its config; list lists all settings by name.
template <class S>
std::shared_ptr<Metric> with_config(const char* class_name, void (*list)(Settings&, S&), const S& settings,
                                    Metric metric) {
  metric.made_by = class_name;
  metric.settings = written(list, settings);
  return std::make_shared<Metric>(std::move(metric));
}

// What an output predicts: binary if its last dimension is 1; labels (each column for itself) if the loss is
// binary_crossentropy or multi_hot_sparse_categorical_crossentropy; else classes.
Task task_of(const Shape& output_shape, const std::string& loss_name);

// For "accuracy", "acc", "crossentropy", "ce" and "log_loss", the metric that fits the output and the loss;
// other metrics are returned unchanged. It is binary if the output's last dimension is 1 or the loss is
// binary_crossentropy, sparse if the loss is sparse_categorical_crossentropy, multi-hot if the loss is
// multi_hot_sparse_categorical_crossentropy, else categorical. The name is kept.
std::shared_ptr<Metric> resolve(const std::shared_ptr<Metric>& metric, const Shape& output_shape,
                                const std::string& loss_name);

// The name of a log with its metric's full name of Keras 2.2.4: "val_out_mse_1" gives
// "val_out_mean_squared_error_1", and "accuracy" gives "acc". Two names of one log have the same.
std::string full_log_name(const std::string& log);

// Guesses from its name whether a user's own metric is better when larger: if a word of the name is auc, f1,
// r2, ndcg or the like, or contains acc, in any case, and no word is loss, error or err.
bool larger_is_better(const std::string& name);

// The share of the last axis where y_true is y_pred rounded.
Symbol binary_accuracy(const Symbol& y_true, const Symbol& y_pred);
// 1 where y_true and y_pred are largest at the same index, else 0.
Symbol categorical_accuracy(const Symbol& y_true, const Symbol& y_pred);
// The same where y_true is that index, with a last axis of 1 or without it.
Symbol sparse_categorical_accuracy(const Symbol& y_true, const Symbol& y_pred);
// 1 where the largest id of y_true is the index of the largest y_pred, else 0, as in Keras-MXNet. y_true: ids
// (batch, any) padded with -1, or the matrix that they stand for.
Symbol multi_hot_sparse_categorical_accuracy(const Symbol& y_true, const Symbol& y_pred);
// 1 where the index of the largest y_true is among those of the k largest of y_pred, else 0: see in_top_k.
Symbol top_k_categorical_accuracy(const Symbol& y_true, const Symbol& y_pred, Dim k = 5);
// The same where y_true is that index.
Symbol sparse_top_k_categorical_accuracy(const Symbol& y_true, const Symbol& y_pred, Dim k = 5);

// Settings for the two above. Fit's sample weights apply.
struct TopKCategoricalAccuracy {
  Dim k = 5;
  std::string name = "top_k_categorical_accuracy";
  std::shared_ptr<Metric> make() const;
};
struct SparseTopKCategoricalAccuracy {
  Dim k = 5;
  std::string name = "sparse_top_k_categorical_accuracy";
  std::shared_ptr<Metric> make() const;
};

// The crossentropy that fits the output, as scikit-learn's log_loss. Fit's sample weights apply.
struct LogLoss {
  std::string name = "log_loss";
  std::shared_ptr<Metric> make() const;
};

using losses::binary_crossentropy;
using losses::categorical_crossentropy;
using losses::categorical_hinge;
using losses::cosine;
using losses::cosine_proximity;
using losses::hinge;
using losses::kullback_leibler_divergence;
using losses::logcosh;
using losses::mean_absolute_error;
using losses::mean_absolute_percentage_error;
using losses::mean_squared_error;
using losses::mean_squared_logarithmic_error;
using losses::mse, losses::MSE, losses::mae, losses::MAE, losses::mape, losses::MAPE, losses::msle,
    losses::MSLE;
using losses::multi_hot_sparse_categorical_crossentropy;
using losses::poisson;
using losses::sparse_categorical_crossentropy;
using losses::squared_hinge;

}  // namespace metrics
}  // namespace lacuna

namespace LACUNA_EXPORT lacuna {
LACUNA_REGISTRY(metrics::Metric)
}  // namespace lacuna
