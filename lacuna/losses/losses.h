// Losses: one value for each sample of a batch, from a target and a prediction. Those of Keras 2.2.4, by name
// or as functions.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lacuna/base/arg.h"
#include "lacuna/base/config.h"
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {
namespace losses {

using Function = std::function<Symbol(const Symbol& y_true, const Symbol& y_pred)>;

// What y_true holds.
enum class Labels : uint8_t {
  values,      // as many as y_pred
  id,          // an index into the last axis of y_pred: int64, of shape (batch, …, 1)
  padded_ids,  // any number of indices, padded with -1: int64, of shape (batch, any)
};

struct Loss {
  static constexpr auto kind = "loss";
  std::string name{};  // Keras' full name; "function" for a user's own
  Function function{};
  Labels labels = Labels::values;
  // Of one that is made from settings: then `name` is its class. Else a config has just the name.
  std::optional<Config> settings{};
  bool by_name() const { return !settings; }
  const std::string& class_name() const { return name; }
  Config config() const { return settings.value_or(Config{}); }

  // (batch, …) without the last axis, or what a user's function returns, which may be a scalar.
  Symbol operator()(const Symbol& y_true, const Symbol& y_pred) const { return function(y_true, y_pred); }

  // The spec of a target that fits a prediction. Only a user's function may take other shapes.
  bool ids_target() const { return labels != Labels::values; }
  Spec target(const Spec& y_pred) const;
  // The target as a matrix like y_pred where the loss has one: csr for padded ids, else the target itself. A
  // csr target that is fed replaces it.
  Symbol matrix(const Symbol& target, const Spec& y_pred) const;

  // A function of this file becomes the same loss as its name; any other gets the given name, and settings.
  static std::shared_ptr<Loss> from_function(Function function, std::string name = {},
                                             std::optional<Config> settings = {});
};

// y_pred must have the shape of y_true unless noted; y_true may be csr, and of any dtype. The result is the
// mean over the last axis unless a formula is given.
Symbol mean_squared_error(const Symbol& y_true, const Symbol& y_pred);
Symbol mean_absolute_error(const Symbol& y_true, const Symbol& y_pred);
Symbol mean_absolute_percentage_error(const Symbol& y_true, const Symbol& y_pred);
Symbol mean_squared_logarithmic_error(const Symbol& y_true, const Symbol& y_pred);
Symbol squared_hinge(const Symbol& y_true, const Symbol& y_pred);      // max(1 - t p, 0)², t in {-1, 1}
Symbol hinge(const Symbol& y_true, const Symbol& y_pred);              // max(1 - t p, 0)
Symbol categorical_hinge(const Symbol& y_true, const Symbol& y_pred);  // max(0, max (1 - t) p - Σ t p + 1)
Symbol logcosh(const Symbol& y_true, const Symbol& y_pred);

// Crossentropies of probabilities. Where the probabilities are the result of a softmax or a sigmoid, the loss
// is computed from the input of that op, which is exact even where a probability rounds to 0 or 1. Others are
// clipped to [1e-7, 1 - 1e-7], as in Keras.
Symbol categorical_crossentropy(const Symbol& y_true, const Symbol& y_pred);
Symbol sparse_categorical_crossentropy(const Symbol& y_true, const Symbol& y_pred);  // y_true: ids, see Loss
// -Σ log p over the ids in a row of y_true (batch, any), padded with -1.
Symbol multi_hot_sparse_categorical_crossentropy(const Symbol& y_true, const Symbol& y_pred);
Symbol binary_crossentropy(const Symbol& y_true, const Symbol& y_pred);

Symbol kullback_leibler_divergence(const Symbol& y_true, const Symbol& y_pred);  // Σ t log(t / p)
Symbol poisson(const Symbol& y_true, const Symbol& y_pred);                      // p - t log p
Symbol cosine_proximity(const Symbol& y_true, const Symbol& y_pred);             // -Σ t p / (|t| |p|)

inline constexpr auto &mse = mean_squared_error, &MSE = mean_squared_error;
inline constexpr auto &mae = mean_absolute_error, &MAE = mean_absolute_error;
inline constexpr auto &mape = mean_absolute_percentage_error, &MAPE = mean_absolute_percentage_error;
inline constexpr auto &msle = mean_squared_logarithmic_error, &MSLE = mean_squared_logarithmic_error;
inline constexpr auto &kld = kullback_leibler_divergence, &KLD = kullback_leibler_divergence;
inline constexpr auto& cosine = cosine_proximity;

// The target in the form that formulas take: in the dtype of the prediction. as_target keeps csr, whose cost
// depends on the non-zeros. as_dense_target is for formulas whose value at 0 is not 0 (mape, msle, kld): each
// batch is made dense, which costs no more than the dense prediction.
Symbol as_target(const Symbol& y_true, const Symbol& y_pred);
Symbol as_dense_target(const Symbol& y_true, const Symbol& y_pred);

// The losses of this file. The first name is the full one.
struct Known {
  std::vector<const char*> names;
  Symbol (*function)(const Symbol&, const Symbol&);
  Labels labels = Labels::values;
};
const std::vector<Known>& known();
// The entry of a function, or null.
const Known* find(const Function& function, std::span<const Known> among = known());

}  // namespace losses
}  // namespace lacuna

namespace LACUNA_EXPORT lacuna {
LACUNA_REGISTRY(losses::Loss)
}  // namespace lacuna
