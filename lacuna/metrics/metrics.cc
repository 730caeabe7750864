// Metrics, and their names.
#include "lacuna/metrics/metrics.h"

#include "lacuna/ops/cast.h"
#include "lacuna/ops/compare.h"
#include "lacuna/ops/reduce.h"
#include "lacuna/ops/reshape.h"
#include "lacuna/ops/unary.h"

namespace lacuna {

LACUNA_REGISTRY(metrics::Metric)

namespace metrics {
namespace {

const losses::Known kAccuracies[]{
    {{"binary_accuracy"}, binary_accuracy},
    {{"categorical_accuracy"}, categorical_accuracy},
    {{"sparse_categorical_accuracy"}, sparse_categorical_accuracy, true},
};

std::shared_ptr<Metric> made(const losses::Known& k) {
  return std::make_shared<Metric>(Metric{k.names[0], k.function, k.ids});
}

std::shared_ptr<Metric> chosen_later(const char* name, Metric::Choice choice) {
  return std::make_shared<Metric>(Metric{.name = name, .choice = choice});
}

const bool registered = [] {
  const auto add = [](const losses::Known& k) {
    for (const char* name : k.names) Registry<Metric>::add({name}, [&k] { return made(k); });
  };
  for (const auto& k : kAccuracies) add(k);
  for (const auto& k : losses::known()) add(k);
  Registry<Metric>::add({"accuracy", "acc"}, [] { return chosen_later("acc", Metric::Choice::accuracy); });
  Registry<Metric>::add({"crossentropy", "ce"},
                        [] { return chosen_later("ce", Metric::Choice::crossentropy); });
  return true;
}();

}  // namespace

Symbol binary_accuracy(const Symbol& y_true, const Symbol& y_pred) {
  return mean(equal(losses::as_target(y_true, y_pred), round(y_pred)), {-1});
}

Symbol categorical_accuracy(const Symbol& y_true, const Symbol& y_pred) {
  return cast(equal(argmax(losses::as_target(y_true, y_pred)), argmax(y_pred)), y_pred.dtype());
}

Symbol sparse_categorical_accuracy(const Symbol& y_true, const Symbol& y_pred) {
  const Symbol ids = y_true.rank() == y_pred.rank() ? squeeze(y_true, -1) : y_true;
  const Symbol place = argmax(y_pred);
  const Symbol same = equal(ids, ids.dtype() == place.dtype() ? place : cast(place, ids.dtype()));
  return same.dtype() == y_pred.dtype() ? same : cast(same, y_pred.dtype());
}

Symbol Metric::operator()(const Symbol& y_true, const Symbol& y_pred) const {
  require(static_cast<bool>(function), "metric: '", name,
          "' must be resolved first. Received: y_pred=", y_pred.spec(), ".");
  return function(y_true, y_pred);
}

std::shared_ptr<Metric> Metric::from_function(Function function, std::string name) {
  require(static_cast<bool>(function),
          "metric: the function must not be empty. Received: an empty function.");
  if (const losses::Known* k = losses::find(function, kAccuracies)) return made(*k);
  if (const losses::Known* k = losses::find(function)) return made(*k);
  return std::make_shared<Metric>(Metric{name.empty() ? "function" : std::move(name), std::move(function)});
}

std::shared_ptr<Metric> resolve(const std::shared_ptr<Metric>& metric, const Shape& output_shape,
                                const std::string& loss_name) {
  if (metric->choice == Metric::Choice::made) return metric;
  const bool accuracy = metric->choice == Metric::Choice::accuracy;
  Metric result = *metric;
  result.choice = Metric::Choice::made;
  if ((!output_shape.empty() && output_shape.back() == 1) || loss_name == "binary_crossentropy") {
    result.function = accuracy ? binary_accuracy : binary_crossentropy;
  } else if (loss_name == "sparse_categorical_crossentropy") {
    result.function = accuracy ? sparse_categorical_accuracy : sparse_categorical_crossentropy;
    result.ids = true;
  } else {
    result.function = accuracy ? categorical_accuracy : categorical_crossentropy;
  }
  return std::make_shared<Metric>(std::move(result));
}

}  // namespace metrics
}  // namespace lacuna
