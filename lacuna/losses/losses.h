// Losses: one value for each sample of a batch, from a target and a prediction. Keras 2.2.4's, by name or as
// functions.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lacuna/base/arg.h"
#include "lacuna/graph/symbol.h"

namespace lacuna::losses {

using Function = std::function<Symbol(const Symbol& y_true, const Symbol& y_pred)>;

// What y_true holds.
enum class Labels : uint8_t {
  values,      // as many as y_pred
  id,          // the place in the last axis of y_pred: int64, of shape (batch, …, 1)
  padded_ids,  // any number of places, padded with -1: int64, of shape (batch, any)
};

struct Loss {
  static constexpr auto kind = "loss";
  std::string name{};  // Keras' full one; "function" for a user's own
  Function function{};
  Labels labels = Labels::values;

  // (batch, …) without the last axis, or what a user's function answers, which may be a scalar.
  Symbol operator()(const Symbol& y_true, const Symbol& y_pred) const { return function(y_true, y_pred); }

  // The target that fits a prediction. Only a user's function may take other shapes.
  bool ids_target() const { return labels != Labels::values; }
  Spec target(const Spec& y_pred) const;
  // The target as a matrix like y_pred, where there is one: csr of padded ids, else the target itself. A csr
  // target that is fed takes its place.
  Symbol matrix(const Symbol& target, const Spec& y_pred) const;

  // A function of this file becomes what its name stands for; any other keeps the name that is given.
  static std::shared_ptr<Loss> from_function(Function function, std::string name = {});
};

// y_pred has the shape of y_true unless something else is said; y_true may be csr, and of any dtype. The
// result is a mean over the last axis unless it is a formula.
Symbol mean_squared_error(const Symbol& y_true, const Symbol& y_pred);
Symbol mean_absolute_error(const Symbol& y_true, const Symbol& y_pred);
Symbol mean_absolute_percentage_error(const Symbol& y_true, const Symbol& y_pred);
Symbol mean_squared_logarithmic_error(const Symbol& y_true, const Symbol& y_pred);
Symbol squared_hinge(const Symbol& y_true, const Symbol& y_pred);      // max(1 - t p, 0)², t in {-1, 1}
Symbol hinge(const Symbol& y_true, const Symbol& y_pred);              // max(1 - t p, 0)
Symbol categorical_hinge(const Symbol& y_true, const Symbol& y_pred);  // max(0, max (1 - t) p - Σ t p + 1)
Symbol logcosh(const Symbol& y_true, const Symbol& y_pred);

// Crossentropies of probabilities. Those that a softmax or a sigmoid made are taken back to its input, which
// is exact where the probability is 0 or 1 in floating point; others are kept 1e-7 away from 0 and 1, as in
// Keras.
Symbol categorical_crossentropy(const Symbol& y_true, const Symbol& y_pred);
Symbol sparse_categorical_crossentropy(const Symbol& y_true, const Symbol& y_pred);  // y_true: ids, see Loss
// -Σ log p over the ids that a row of y_true (batch, any) holds; -1 pads.
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

// A target as formulas take it: of the dtype of the prediction. A csr one stays so, and costs its non-zeros;
// where a formula's value at 0 is not 0 (mape, msle, kld) it is made dense, a batch at a time, which costs no
// more than the dense prediction.
Symbol as_target(const Symbol& y_true, const Symbol& y_pred);
Symbol as_dense_target(const Symbol& y_true, const Symbol& y_pred);

// What this file knows; the first name is the full one.
struct Known {
  std::vector<const char*> names;
  Symbol (*function)(const Symbol&, const Symbol&);
  Labels labels = Labels::values;
};
const std::vector<Known>& known();
// The entry of a function, or null.
const Known* find(const Function& function, std::span<const Known> among = known());

}  // namespace lacuna::losses
