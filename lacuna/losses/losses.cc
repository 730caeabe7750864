// Losses, and their names.
#include "lacuna/losses/losses.h"

#include <limits>
#include <numbers>

#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/labels/crossentropies.h"
#include "lacuna/ops/labels/labels.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna {

LACUNA_REGISTRY_HERE(losses::Loss)

namespace losses {
namespace {

constexpr double kEpsilon = 1e-7;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Axes kLast{-1};

Symbol at_least(const Symbol& x, double low) { return clip(x, low, kInfinity); }

// The result is dense, also for a csr x.
Symbol one_minus(const Symbol& x) { return constant(1, x.dtype()) - x; }

Symbol unit_margin(const Symbol& y_true, const Symbol& y_pred) { return relu(one_minus(y_true * y_pred)); }

}  // namespace

Symbol as_target(const Symbol& y_true, const Symbol& y_pred) { return cast(y_true, y_pred.dtype()); }

Symbol as_dense_target(const Symbol& y_true, const Symbol& y_pred) {
  return cast(as_dense(y_true), y_pred.dtype());
}

Symbol mean_squared_error(const Symbol& y_true, const Symbol& y_pred) {
  return mean(square(y_pred - as_target(y_true, y_pred)), kLast);
}

Symbol mean_absolute_error(const Symbol& y_true, const Symbol& y_pred) {
  return mean(abs(y_pred - as_target(y_true, y_pred)), kLast);
}

Symbol mean_absolute_percentage_error(const Symbol& y_true, const Symbol& y_pred) {
  const Symbol t = as_dense_target(y_true, y_pred);
  return mean(abs((t - y_pred) / at_least(abs(t), kEpsilon)), kLast) * 100.0;
}

Symbol mean_squared_logarithmic_error(const Symbol& y_true, const Symbol& y_pred) {
  const auto log1p = [](const Symbol& x) { return log(at_least(x, kEpsilon) + 1.0); };
  return mean(square(log1p(y_pred) - log1p(as_dense_target(y_true, y_pred))), kLast);
}

Symbol squared_hinge(const Symbol& y_true, const Symbol& y_pred) {
  return mean(square(unit_margin(as_target(y_true, y_pred), y_pred)), kLast);
}

Symbol hinge(const Symbol& y_true, const Symbol& y_pred) {
  return mean(unit_margin(as_target(y_true, y_pred), y_pred), kLast);
}

Symbol categorical_hinge(const Symbol& y_true, const Symbol& y_pred) {
  const Symbol t = as_target(y_true, y_pred);
  return relu(max(one_minus(t) * y_pred, kLast) - sum(t * y_pred, kLast) + 1.0);
}

Symbol logcosh(const Symbol& y_true, const Symbol& y_pred) {
  // log cosh x = x + log(1 + exp(-2 x)) - log 2, without an overflow.
  const Symbol x = y_pred - as_target(y_true, y_pred);
  return mean(x + softplus(x * -2.0) - std::numbers::ln2, kLast);
}

Symbol categorical_crossentropy(const Symbol& y_true, const Symbol& y_pred) {
  return lacuna::categorical_crossentropy(y_true, y_pred);
}

Symbol sparse_categorical_crossentropy(const Symbol& y_true, const Symbol& y_pred) {
  return lacuna::sparse_categorical_crossentropy(
      is_float(y_true.dtype()) ? cast(y_true, DType::int64) : y_true, y_pred);
}

Symbol multi_hot_sparse_categorical_crossentropy(const Symbol& y_true, const Symbol& y_pred) {
  return lacuna::multi_hot_sparse_categorical_crossentropy(y_true, y_pred);
}

Symbol binary_crossentropy(const Symbol& y_true, const Symbol& y_pred) {
  return mean(lacuna::binary_crossentropy(y_true, y_pred), kLast);
}

Symbol kullback_leibler_divergence(const Symbol& y_true, const Symbol& y_pred) {
  const Symbol t = clip(as_dense_target(y_true, y_pred), kEpsilon, 1);
  return sum(t * log(t / clip(y_pred, kEpsilon, 1)), kLast);
}

Symbol poisson(const Symbol& y_true, const Symbol& y_pred) {
  return mean(y_pred - as_target(y_true, y_pred) * log(y_pred + kEpsilon), kLast);
}

Symbol cosine_proximity(const Symbol& y_true, const Symbol& y_pred) {
  const Symbol t = as_target(y_true, y_pred);
  const auto norm = [](const Symbol& x) { return sqrt(at_least(sum(square(x), kLast), 1e-12)); };
  return -(sum(t * y_pred, kLast) / (norm(t) * norm(y_pred)));
}

const std::vector<Known>& known() {
  static const auto* all = new std::vector<Known>{
      {{"mean_squared_error", "mse", "MSE"}, mean_squared_error},
      {{"mean_absolute_error", "mae", "MAE"}, mean_absolute_error},
      {{"mean_absolute_percentage_error", "mape", "MAPE"}, mean_absolute_percentage_error},
      {{"mean_squared_logarithmic_error", "msle", "MSLE"}, mean_squared_logarithmic_error},
      {{"squared_hinge"}, squared_hinge},
      {{"hinge"}, hinge},
      {{"categorical_hinge"}, categorical_hinge},
      {{"logcosh"}, logcosh},
      {{"categorical_crossentropy"}, categorical_crossentropy},
      {{"sparse_categorical_crossentropy"}, sparse_categorical_crossentropy, Labels::id},
      {{"multi_hot_sparse_categorical_crossentropy"},
       multi_hot_sparse_categorical_crossentropy,
       Labels::padded_ids},
      {{"binary_crossentropy"}, binary_crossentropy},
      {{"kullback_leibler_divergence", "kld", "KLD"}, kullback_leibler_divergence},
      {{"poisson"}, poisson},
      {{"cosine_proximity", "cosine"}, cosine_proximity},
  };
  return *all;
}

const Known* find(const Function& function, std::span<const Known> among) {
  const auto* pointer = function.target<Symbol (*)(const Symbol&, const Symbol&)>();
  for (const Known& k : among)
    if (pointer && *pointer == k.function) return &k;
  return nullptr;
}

Spec Loss::target(const Spec& y_pred) const {
  Spec spec{y_pred.shape, y_pred.dtype, Storage::dense};
  if (labels == Labels::values) return spec;
  LACUNA_REQUIRE(!spec.shape.empty(), name,
                 ": y_pred must have an axis of classes. Received: y_pred=", y_pred, ".");
  spec.shape.back() = labels == Labels::id ? 1 : None;
  spec.dtype = DType::int64;
  return spec;
}

Symbol Loss::matrix(const Symbol& target, const Spec& y_pred) const {
  return labels == Labels::padded_ids ? label_matrix(target, y_pred.shape.back(), y_pred.dtype) : target;
}

std::shared_ptr<Loss> Loss::from_function(Function function, std::string name,
                                          std::optional<Config> settings) {
  LACUNA_REQUIRE(static_cast<bool>(function),
                 "loss: the function must not be empty. Received: an empty function.");
  if (const Known* k = find(function))
    return std::make_shared<Loss>(Loss{.name = k->names[0], .function = k->function, .labels = k->labels});
  return std::make_shared<Loss>(Loss{.name = name.empty() ? "function" : std::move(name),
                                     .function = std::move(function),
                                     .settings = std::move(settings)});
}

namespace {
const bool losses_registered = [] {
  for (const Known& k : known())
    for (const char* name : k.names)
      Registry<Loss>::add({name}, [&k] { return Loss::from_function(k.function); });
  return true;
}();
}  // namespace

}  // namespace losses
}  // namespace lacuna
