// Metrics: what is shown beside the loss. Keras 2.2.4's: the accuracies, top-k, and every loss; those with a
// state stand in counts.h and auc.h.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "lacuna/base/arg.h"
#include "lacuna/losses/losses.h"
#include "lacuna/metrics/accumulator.h"

namespace lacuna::metrics {

using losses::Function;

struct Metric {
  static constexpr auto kind = "metric";
  // Of "accuracy" and "crossentropy" the function depends on output and loss: see resolve.
  enum class Choice : uint8_t { made, accuracy, crossentropy };

  std::string name{};  // The key in History: Keras' full name, "acc" or "ce", or "function" for a user's own.
  Function function{};
  losses::Labels labels = losses::Labels::values;
  Choice choice = Choice::made;
  bool own = false;       // A user's function: takes y_true as the loss does.
  bool weighted = false;  // Takes the sample weights that fit got, not among weighted_metrics alone.
  bool larger_is_better = false;
  // Of a metric with a state, which has no function and is always weighted.
  MakeAccumulator accumulator{};
  // Where settings made it, their class and themselves: what stands for it in a config; else its name does.
  std::string made_by{};
  Config settings{};
  const std::string& class_name() const { return by_name() ? name : made_by; }
  const Config& config() const { return settings; }
  bool by_name() const { return made_by.empty(); }

  // One value for each sample, or what a user's function answers, which may be a scalar.
  Symbol operator()(const Symbol& y_true, const Symbol& y_pred) const;
  bool ids_target() const { return labels != losses::Labels::values; }

  static std::shared_ptr<Metric> from_function(Function function, std::string name = {});
};

// A metric that settings made, with its config: list tells all of them by name.
template <class S>
std::shared_ptr<Metric> with_config(const char* class_name, void (*list)(Settings&, S&), const S& settings,
                                    Metric metric) {
  metric.made_by = class_name;
  metric.settings = written(list, settings);
  return std::make_shared<Metric>(std::move(metric));
}

// What an output tells. Binary if its last dimension is 1; of several columns each for itself if the loss is
// binary_crossentropy or multi_hot_sparse_categorical_crossentropy; else one of them.
Task task_of(const Shape& output_shape, const std::string& loss_name);

// For "accuracy", "acc", "crossentropy", "ce" and "log_loss" the metric that fits; others are passed on.
// Binary if the output's last dimension is 1 or the loss is binary_crossentropy, sparse if the loss is
// sparse_categorical_crossentropy, multi-hot if it is that, else categorical. The name stays.
std::shared_ptr<Metric> resolve(const std::shared_ptr<Metric>& metric, const Shape& output_shape,
                                const std::string& loss_name);

// Whether training should make a metric larger of which only the name is known, a user's own: acc, auc, f1,
// r2, ndcg and their like, in any case, as words of a name that does not end in loss or error.
bool larger_is_better(const std::string& name);

// The share of the last axis where y_true is y_pred rounded.
Symbol binary_accuracy(const Symbol& y_true, const Symbol& y_pred);
// 1 where the largest of y_true and of y_pred stand at one place, else 0.
Symbol categorical_accuracy(const Symbol& y_true, const Symbol& y_pred);
// The same where y_true is the place, with a last axis of 1 or without it.
Symbol sparse_categorical_accuracy(const Symbol& y_true, const Symbol& y_pred);
// 1 where the largest id of y_true is the place of the largest y_pred, else 0: Keras-MXNet's. y_true: ids
// (batch, any) padded with -1, or the matrix that they stand for.
Symbol multi_hot_sparse_categorical_accuracy(const Symbol& y_true, const Symbol& y_pred);
// 1 where the largest of y_true stands at one of the k largest of y_pred, else 0: see in_top_k.
Symbol top_k_categorical_accuracy(const Symbol& y_true, const Symbol& y_pred, Dim k = 5);
// The same where y_true is the place.
Symbol sparse_top_k_categorical_accuracy(const Symbol& y_true, const Symbol& y_pred, Dim k = 5);

// Settings for the two above; weighted by the sample weights that fit got.
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

// The crossentropy that fits the output, weighted by the sample weights that fit got: scikit-learn's
// log_loss.
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

}  // namespace lacuna::metrics
