// Metrics: what is shown beside the loss. Keras 2.2.4's: the accuracies, and every loss.
#pragma once
#include <memory>
#include <string>

#include "lacuna/base/arg.h"
#include "lacuna/losses/losses.h"

namespace lacuna::metrics {

using losses::Function;

struct Metric {
  static constexpr auto kind = "metric";
  // Of "accuracy" and "crossentropy" the function depends on output and loss: see resolve.
  enum class Choice : uint8_t { made, accuracy, crossentropy };

  std::string name{};  // The key in History: Keras' full name, "acc" or "ce", or "function" for a user's own.
  Function function{};
  bool ids = false;  // As in Loss.
  Choice choice = Choice::made;

  // One value for each sample, or what a user's function answers, which may be a scalar.
  Symbol operator()(const Symbol& y_true, const Symbol& y_pred) const;
  bool ids_target() const { return ids; }

  static std::shared_ptr<Metric> from_function(Function function, std::string name = {});
};

// For "accuracy", "acc", "crossentropy" and "ce" the metric that fits; others are passed on. Binary if the
// output's last dimension is 1 or the loss is binary_crossentropy, sparse if the loss is
// sparse_categorical_crossentropy, else categorical. The name stays.
std::shared_ptr<Metric> resolve(const std::shared_ptr<Metric>& metric, const Shape& output_shape,
                                const std::string& loss_name);

// The share of the last axis where y_true is y_pred rounded.
Symbol binary_accuracy(const Symbol& y_true, const Symbol& y_pred);
// 1 where the largest of y_true and of y_pred stand at one place, else 0.
Symbol categorical_accuracy(const Symbol& y_true, const Symbol& y_pred);
// The same where y_true is the place, with a last axis of 1 or without it.
Symbol sparse_categorical_accuracy(const Symbol& y_true, const Symbol& y_pred);

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
using losses::poisson;
using losses::sparse_categorical_crossentropy;
using losses::squared_hinge;

}  // namespace lacuna::metrics
