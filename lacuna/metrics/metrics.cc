// Metrics, and their names.
#include "lacuna/metrics/metrics.h"

#include "lacuna/base/dialect.h"

#include <cctype>
#include <set>
#include <sstream>

#include "lacuna/base/names.h"
#include "lacuna/graph/variable.h"
#include "lacuna/metrics/auc.h"
#include "lacuna/metrics/counts.h"
#include "lacuna/ops/elementwise/compare.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/labels/labels.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/shape/reshape.h"

namespace lacuna {

LACUNA_REGISTRY_HERE(metrics::Metric)

namespace metrics {
namespace {

using losses::Labels;

Symbol top_5(const Symbol& y_true, const Symbol& y_pred) {
  return top_k_categorical_accuracy(y_true, y_pred);
}
Symbol sparse_top_5(const Symbol& y_true, const Symbol& y_pred) {
  return sparse_top_k_categorical_accuracy(y_true, y_pred);
}

const losses::Known kAccuracies[]{
    {{"binary_accuracy"}, binary_accuracy},
    {{"categorical_accuracy"}, categorical_accuracy},
    {{"sparse_categorical_accuracy"}, sparse_categorical_accuracy, Labels::id},
    {{"multi_hot_sparse_categorical_accuracy"}, multi_hot_sparse_categorical_accuracy},
    {{"top_k_categorical_accuracy"}, top_5},
    {{"sparse_top_k_categorical_accuracy"}, sparse_top_5, Labels::id},
};

std::shared_ptr<Metric> made(const losses::Known& k, bool larger_is_better, const char* name) {
  return std::make_shared<Metric>(Metric{.name = by_dialect(k.names[0], name),
                                         .function = k.function,
                                         .labels = k.labels,
                                         .larger_is_better = larger_is_better});
}

std::shared_ptr<Metric> chosen_later(const char* name, Metric::Choice choice) {
  return std::make_shared<Metric>(
      Metric{.name = name, .choice = choice, .larger_is_better = choice == Metric::Choice::accuracy});
}

template <class S>
void top_k_list(Settings& s, S& o) {
  s("k", o.k)("name", o.name);
}
void log_loss_list(Settings& s, LogLoss& o) { s("name", o.name); }

template <class Settings>
void add_settings(const char* name) {
  Registry<Metric>::add({name}, [] { return Settings{}.make(); });
}

const bool metrics_registered = [] {
  const auto add = [](const losses::Known& k, bool larger) {
    for (const char* name : k.names)
      Registry<Metric>::add({name}, [&k, larger, name] { return made(k, larger, name); });
  };
  for (const auto& k : kAccuracies) add(k, true);
  for (const auto& k : losses::known()) add(k, false);
  for (const char* name : {"accuracy", "acc"})
    Registry<Metric>::add({name},
                          [name] { return chosen_later(by_dialect("acc", name), Metric::Choice::accuracy); });
  for (const char* name : {"crossentropy", "ce"})
    Registry<Metric>::add(
        {name}, [name] { return chosen_later(by_dialect("ce", name), Metric::Choice::crossentropy); });
  Registry<Metric>::add<TopKCategoricalAccuracy>({"TopKCategoricalAccuracy"}, top_k_list);
  Registry<Metric>::add<SparseTopKCategoricalAccuracy>({"SparseTopKCategoricalAccuracy"}, top_k_list);
  Registry<Metric>::add<LogLoss>({"LogLoss"}, log_loss_list);
  add_settings<LogLoss>("log_loss");
  add_settings<AUC>("auc");
  add_settings<Precision>("precision");
  add_settings<Recall>("recall");
  add_settings<F1>("f1");
  return true;
}();

}  // namespace

// Compares the difference with 0, since a csr target cannot be compared with a dense prediction.
Symbol binary_accuracy(const Symbol& y_true, const Symbol& y_pred) {
  const Symbol apart = round(y_pred) - losses::as_target(y_true, y_pred);
  return mean(equal(apart, constant(0, apart.dtype())), {-1});
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

Symbol multi_hot_sparse_categorical_accuracy(const Symbol& y_true, const Symbol& y_pred) {
  const Symbol matrix =
      is_float(y_true.dtype()) ? y_true : label_matrix(y_true, y_pred.shape().back(), y_pred.dtype());
  return cast(equal(last_label(matrix), argmax(y_pred)), y_pred.dtype());
}

Symbol top_k_categorical_accuracy(const Symbol& y_true, const Symbol& y_pred, Dim k) {
  return in_top_k(y_pred, argmax(losses::as_target(y_true, y_pred)), k);
}

Symbol sparse_top_k_categorical_accuracy(const Symbol& y_true, const Symbol& y_pred, Dim k) {
  return in_top_k(y_pred, is_float(y_true.dtype()) ? cast(y_true, DType::int64) : y_true, k);
}

std::shared_ptr<Metric> TopKCategoricalAccuracy::make() const {
  LACUNA_REQUIRE(k > 0, name, ": k must be positive. Received: k=", k, ".");
  return with_config(
      "TopKCategoricalAccuracy", top_k_list, *this,
      {.name = name,
       .function = [k = k](const Symbol& t, const Symbol& p) { return top_k_categorical_accuracy(t, p, k); },
       .weighted = true,
       .larger_is_better = true});
}

std::shared_ptr<Metric> SparseTopKCategoricalAccuracy::make() const {
  LACUNA_REQUIRE(k > 0, name, ": k must be positive. Received: k=", k, ".");
  return with_config(
      "SparseTopKCategoricalAccuracy", top_k_list, *this,
      {.name = name,
       .function = [k = k](const Symbol& t,
                           const Symbol& p) { return sparse_top_k_categorical_accuracy(t, p, k); },
       .labels = Labels::id,
       .weighted = true,
       .larger_is_better = true});
}

std::shared_ptr<Metric> LogLoss::make() const {
  return with_config("LogLoss", log_loss_list, *this,
                     {.name = name, .choice = Metric::Choice::crossentropy, .weighted = true});
}

Symbol Metric::operator()(const Symbol& y_true, const Symbol& y_pred) const {
  LACUNA_REQUIRE(static_cast<bool>(function), "metric: '", name,
                 "' must be resolved first, and have no state. Received: y_pred=", y_pred.spec(), ".");
  return function(y_true, y_pred);
}

std::shared_ptr<Metric> Metric::from_function(Function function, std::string name) {
  LACUNA_REQUIRE(static_cast<bool>(function),
                 "metric: the function must not be empty. Received: an empty function.");
  if (const losses::Known* k = losses::find(function, kAccuracies)) return made(*k, true, k->names[0]);
  if (const losses::Known* k = losses::find(function)) return made(*k, false, k->names[0]);
  const bool larger = metrics::larger_is_better(name);
  return std::make_shared<Metric>(Metric{.name = name.empty() ? "function" : std::move(name),
                                         .function = std::move(function),
                                         .own = true,
                                         .larger_is_better = larger});
}

std::shared_ptr<Metric> Metric::from_running(RunningFunction running, std::string name) {
  LACUNA_REQUIRE(static_cast<bool>(running),
                 "metric: the function must not be empty. Received: an empty function.");
  const bool larger = metrics::larger_is_better(name);
  return std::make_shared<Metric>(
      Metric{.name = std::move(name), .larger_is_better = larger, .running = std::move(running)});
}

std::shared_ptr<Metric> Metric::described(std::string class_name, Config config) const {
  auto result = std::make_shared<Metric>(*this);
  result->made_by = std::move(class_name);
  result->settings = std::move(config);
  return result;
}

std::string full_log_name(const std::string& log) {
  size_t end = log.find_last_not_of("0123456789");
  end = end == std::string::npos || end + 1 == log.size() || log[end] != '_' ? log.size() : end;
  std::string_view longest;
  const char* full = nullptr;
  const auto consider = [&](std::string_view name, const char* meant) {
    const std::string_view words(log.data(), end);
    if (!words.ends_with(name) || name.size() <= longest.size()) return;
    if (words.size() > name.size() && words[words.size() - name.size() - 1] != '_') return;
    longest = name;
    full = meant;
  };
  for (const char* name : {"acc", "accuracy"}) consider(name, "acc");
  for (const char* name : {"ce", "crossentropy"}) consider(name, "ce");
  for (const losses::Known& k : losses::known())
    for (const char* name : k.names) consider(name, k.names[0]);
  for (const losses::Known& k : kAccuracies)
    for (const char* name : k.names) consider(name, k.names[0]);
  if (!full) return log;
  return log.substr(0, end - longest.size()) + full + log.substr(end);
}

Task task_of(const Shape& output_shape, const std::string& loss_name) {
  if (!output_shape.empty() && output_shape.back() == 1) return Task::binary;
  const bool each = loss_name == "binary_crossentropy" || loss_name.starts_with("multi_hot_");
  return each ? Task::labels : Task::classes;
}

std::shared_ptr<Metric> resolve(const std::shared_ptr<Metric>& metric, const Shape& output_shape,
                                const std::string& loss_name) {
  if (metric->choice == Metric::Choice::made) return metric;
  const bool accuracy = metric->choice == Metric::Choice::accuracy;
  Metric result = *metric;
  result.choice = Metric::Choice::made;
  if (task_of(output_shape, loss_name) == Task::binary || loss_name == "binary_crossentropy") {
    result.function = accuracy ? binary_accuracy : binary_crossentropy;
  } else if (loss_name == "sparse_categorical_crossentropy") {
    result.function = accuracy ? sparse_categorical_accuracy : sparse_categorical_crossentropy;
    result.labels = Labels::id;
  } else if (loss_name == "multi_hot_sparse_categorical_crossentropy") {
    result.function =
        accuracy ? multi_hot_sparse_categorical_accuracy : multi_hot_sparse_categorical_crossentropy;
  } else {
    result.function = accuracy ? categorical_accuracy : categorical_crossentropy;
  }
  return std::make_shared<Metric>(std::move(result));
}

bool larger_is_better(const std::string& name) {
  static const std::set<std::string> kLarger{
      "accuracy", "acc",  "auc",   "precision",   "recall",      "f1",      "f2",    "fbeta",
      "r2",       "ndcg", "dcg",   "map",         "mrr",         "iou",     "dice",  "jaccard",
      "kappa",    "mcc",  "hits",  "specificity", "sensitivity", "pearson", "ssim",  "psnr",
      "spearman", "bleu", "rouge", "correlation", "concordance", "gini",    "auroc", "auprc"};
  bool larger = false;
  std::string word;
  std::string spelt = snake_case(name);
  for (char& c : spelt)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  std::istringstream words(spelt);  // For example of MyAUC, my-auc and val_out_auc_1.
  while (std::getline(words, word, '_')) {
    // As in auc_loss, or where an output has such a name.
    if (word == "loss" || word == "error" || word == "err") return false;
    larger |= kLarger.contains(word) || word.find("acc") != std::string::npos;  // Keras' rule.
  }
  return larger;
}

}  // namespace metrics
}  // namespace lacuna
