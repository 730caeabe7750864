// Makes the losses and metrics of a network's outputs.
#include "lacuna/training/compiled.h"

#include <algorithm>
#include <cmath>

#include "lacuna/base/message.h"
#include "lacuna/losses/probabilities.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/compare.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/shape/reshape.h"

namespace lacuna {
namespace {

template <class T>
const T* pick(const PerOutput<T>& options, size_t i, const std::vector<std::string>& names,
              const char* argument) {
  for (const auto& entry : options.named) {
    bool known = false;
    for (const auto& name : names) known |= name == entry.first;
    LACUNA_REQUIRE(known, "compile: ", argument, " must name outputs of the model. Received: '", entry.first,
                   "'", nearest(entry.first, names), ".");
  }
  if (!options.named.empty()) {
    const auto found = options.named.find(names[i]);
    return found == options.named.end() ? nullptr : &found->second;
  }
  if (options.list.empty()) return nullptr;
  if (options.for_all) return &options.list[0];
  LACUNA_REQUIRE(options.list.size() == names.size(), "compile: ", argument,
                 " must be one for all outputs or one for each. Received: ", options.list.size(),
                 ", outputs=", names.size(), ".");
  return &options.list[i];
}

// The mean over all axes but those of the sample weights: one value for each sample, or for each step.
Symbol per_weight(const Symbol& values, const CompiledOutput& output) {
  Axes rest;
  for (int axis = output.temporal ? 2 : 1; axis < static_cast<int>(values.rank()); ++axis)
    rest.push_back(axis);
  return rest.empty() ? values : mean(values, rest);
}

// Whether the sample weights of an output are those of its steps.
bool is_temporal(const std::string* mode, const Symbol& y, const std::string& name) {
  if (!mode || mode->empty()) return false;
  LACUNA_REQUIRE(*mode == "temporal",
                 "compile: sample_weight_mode must be 'temporal' or none. Received: sample_weight_mode='",
                 *mode, "' for output '", name, "'.");
  LACUNA_REQUIRE(y.rank() >= 3,
                 "compile: sample_weight_mode='temporal' needs an output with steps, (batch, steps, ...). "
                 "Received: output '",
                 name, "' ", y.spec(), ".");
  return true;
}

// As in Keras, masked steps do not count in the mean of a loss or of a metric.
Symbol masked(const Symbol& values, const Symbol& mask) {
  if (!mask || values.rank() == 0) return values;
  LACUNA_REQUIRE(
      values.rank() >= mask.rank(),
      "compile: a loss or metric of an output with a mask must have a value for each step. Received: ",
      values.spec(), ", mask=", mask.spec(), ".");
  Symbol counted = mask.dtype() == values.dtype() ? mask : cast(mask, values.dtype());
  const Symbol share = mean(counted);
  while (counted.rank() < values.rank()) counted = expand_dims(counted);
  const Symbol least = constant(1e-30, values.dtype());  // A fully masked batch has loss 0, not 0 / 0.
  return divide(multiply(values, counted), maximum(share, least));
}

void check_names(const std::map<std::string, Metrics>& by_name, const std::vector<std::string>& names,
                 const char* argument) {
  for (const auto& entry : by_name)
    LACUNA_REQUIRE(std::ranges::count(names, entry.first), "compile: ", argument,
                   " must name outputs of the model. Received: '", entry.first, "'",
                   nearest(entry.first, names), ".");
}

// Warns if a crossentropy gets no probabilities: a value below 0 or above 1 is clipped, and no gradient flows
// through it.
void warn_of_no_probability(const losses::Loss& loss, const std::string& output, const Symbol& y) {
  const bool binary = loss.name == "binary_crossentropy";
  if (!binary && !loss.name.ends_with("categorical_crossentropy")) return;
  if (const std::string made_by = losses::not_a_probability(y); !made_by.empty())
    warn(text(
        "compile: ", loss.name, " takes probabilities, and output '", output,
        "' is none: what is below 0 or above 1 is clipped, and does not learn. Give its layer activation='",
        binary ? "sigmoid" : "softmax", "'. Received: an output of op '", made_by, "'."));
}

Symbol scalar(const Symbol& values) { return values.rank() == 0 ? values : mean(values); }

// The metrics for all outputs, then those for the output of that name.
Metrics wanted(const Metrics& all, const std::map<std::string, Metrics>& by_name, const std::string& name) {
  Metrics result = all;
  if (const auto found = by_name.find(name); found != by_name.end())
    result.insert(result.end(), found->second.begin(), found->second.end());
  return result;
}

CompiledOutput::Metric running_metric(const metrics::Metric& metric, const Symbol& target, const Symbol& y) {
  metrics::Running made = metric.running(target, y);
  LACUNA_REQUIRE(made.value && made.value.rank() == 0,
                 "compile: a metric with variables of its own must give a scalar. Received: metric '",
                 metric.name, "'",
                 made.value ? text(", value=", made.value.spec()) : std::string(", no value"), ".");
  if (!is_float(made.value.dtype())) made.value = cast(made.value, DType::float64);
  CompiledOutput::Metric result{
      .value = made.value, .running = true, .larger_is_better = metric.larger_is_better};
  for (const Update& u : made.updates) result.first.push_back(u.variable->copy());
  result.updates = std::move(made.updates);
  return result;
}

void add_metrics(CompiledOutput& output, const Symbol& y, const Symbol& mask, const Metrics& metrics,
                 bool weighted) {
  for (const Arg<metrics::Metric>& metric : metrics) {
    const auto resolved = metrics::resolve(metric.get(), y.shape(), output.loss->name);
    const std::string name = (weighted ? "weighted_" : "") + resolved->name;
    const bool larger = resolved->larger_is_better;
    if (resolved->accumulator) {
      LACUNA_REQUIRE(
          !output.temporal,
          "compile: a metric with a state takes no sample_weight_mode='temporal'. Received: metric '",
          resolved->name, "', output '", output.name, "'.");
      LACUNA_REQUIRE(!mask, "compile: an output with a mask takes no metric with a state. Received: metric '",
                     resolved->name, "', output '", output.name, "'.");
      const metrics::Task task = metrics::task_of(y.shape(), output.loss->name);
      output.metrics.push_back({.name = name,
                                .fed = y,
                                .accumulator = [resolved, task] { return resolved->accumulator(task); },
                                .larger_is_better = larger});
      continue;
    }
    if (resolved->running) {
      LACUNA_REQUIRE(!weighted,
                     "compile: a metric with variables of its own takes no sample weights; give it in "
                     "metrics. Received: "
                     "weighted_metrics with '",
                     resolved->name, "'.");
      output.metrics.push_back(running_metric(*resolved, output.target, y));
      output.metrics.back().name = name;
      continue;
    }
    const bool as_given = resolved->own || resolved->ids_target();
    const Symbol values = masked((*resolved)(as_given ? output.target : output.matrix, y), mask);
    if (!weighted && !resolved->weighted) {
      output.metrics.push_back({.name = name, .value = scalar(values), .larger_is_better = larger});
      continue;
    }
    LACUNA_REQUIRE(
        values.rank() > 0,
        "compile: a metric that is weighted needs a value for each sample. Received: a scalar of metric '",
        resolved->name, "'.");
    output.metrics.push_back({.name = name,
                              .fed = per_weight(values, output),
                              .accumulator = metrics::weighted_mean,
                              .larger_is_better = larger});
  }
}

// The target, and the loss with and without sample weights.
void add_loss(CompiledOutput& output, const Symbol& y, const Symbol& mask, const Symbol& given,
              bool zero_weights_count) {
  warn_of_no_probability(*output.loss, output.name, y);
  const Spec wanted = output.loss->target(y.spec());
  LACUNA_REQUIRE(!given || !is_placeholder(given) ||
                     (given.dtype() == wanted.dtype && given.storage() == wanted.storage),
                 "compile: a placeholder of target_tensors must have the dtype of the loss's target. "
                 "Received: target of '",
                 output.name, "' ", given.spec(), ", expected ", wanted, ".");
  if (given && losses::find(output.loss->function)) {  // A user's own function may take other shapes.
    bool fits = given.rank() == wanted.shape.size();
    for (size_t i = 0; fits && i < given.rank(); ++i)
      fits = given.shape()[i] == wanted.shape[i] || given.shape()[i] == None || wanted.shape[i] == None;
    LACUNA_REQUIRE(fits, "compile: a target tensor must have the shape of its output. Received: target of '",
                   output.name, "' ", given.spec(), ", expected ", wanted, ".");
  }
  output.target = given ? given : placeholder(wanted, output.name + "_target");
  output.matrix = output.loss->matrix(output.target, y.spec());
  if (output.loss->ids_target()) output.classes = std::max<Dim>(y.shape().back(), 0);
  if (output.loss->labels == losses::Labels::padded_ids) output.least_label = -1;
  // In double whatever the model computes in: float32 would make 0 of 1e-50, and infinity of 1e50.
  const Shape weights = output.temporal ? Shape{None, None} : Shape{None};
  output.sample_weight = placeholder({weights, DType::float64}, output.name + "_sample_weights");
  const Symbol values = masked((*output.loss)(output.target, y), mask);
  output.plain_loss = scalar(values);
  if (values.rank() <= (output.temporal ? 1 : 0)) return;
  const Symbol& w = output.sample_weight;
  const Symbol used =
      zero_weights_count ? constant(1, w.dtype()) : mean(not_equal(w, constant(0, w.dtype())));
  const Symbol least = constant(1e-30, w.dtype());  // A batch without weight has loss 0, not 0 / 0.
  const Symbol weighted = multiply(cast(per_weight(values, output), w.dtype()), w);
  output.weighted_loss = cast(mean(divide(weighted, maximum(used, least))), values.dtype());
}

// Losses and metrics of outputs whose target is computed and not fed: they are like those of add_loss.
struct Computed {
  std::vector<std::pair<std::string, Symbol>> losses{}, metrics{};

  void take(CompiledOutput& output, bool several, std::vector<Symbol>& added) {
    added.push_back(scale(output.plain_loss, output.weight));
    if (several) losses.emplace_back(output.name + "_loss", output.plain_loss);
    for (const auto& metric : output.metrics) {
      LACUNA_REQUIRE(
          metric.value && !metric.running,
          "compile: a metric with a state or with weights needs a target that is fed. Received: metric '",
          metric.name, "' of output '", output.name, "', whose target is one of target_tensors.");
      metrics.emplace_back(several ? output.name + "_" + metric.name : metric.name, metric.value);
    }
    output.loss = nullptr;
    output.metrics.clear();
  }
};

}  // namespace

std::vector<const CompiledOutput*> Compiled::targets() const {
  std::vector<const CompiledOutput*> result;
  for (const CompiledOutput& o : outputs)
    if (o.loss) result.push_back(&o);
  return result;
}

std::vector<Update> Compiled::metric_updates() const {
  std::vector<Update> result;
  for (const CompiledOutput& o : outputs)
    for (const auto& metric : o.metrics)
      result.insert(result.end(), metric.updates.begin(), metric.updates.end());
  return result;
}

size_t Compiled::losses() const {
  size_t metrics = added_metrics.size();
  for (const CompiledOutput& o : outputs) metrics += o.metrics.size();
  return metrics_names.size() - metrics;
}

std::vector<Symbol> Compiled::symbols() const {
  std::vector<Symbol> result;
  for (const CompiledOutput& o : outputs) {
    for (const Symbol& s : {o.plain_loss, o.weighted_loss})
      if (s) result.push_back(s);
    for (const auto& m : o.metrics) result.push_back(m.value ? m.value : m.fed);
  }
  for (const layers::LayerUpdate& u : updates) result.push_back(u.update.value);
  for (const Update& u : metric_updates()) result.push_back(u.value), result.push_back(read(u.variable));
  for (const auto* added : {&added_losses, &added_metrics})
    result.insert(result.end(), added->begin(), added->end());
  return result;
}

bool Compiled::larger_is_better(const std::string& log) const {
  auto found = std::ranges::find(metrics_names, log);
  const std::string name = found == metrics_names.end() && log.starts_with("val_") ? log.substr(4) : log;
  found = std::ranges::find(metrics_names, name);
  if (found == metrics_names.end())
    found = std::ranges::find(metrics_names, metrics::full_log_name(name), metrics::full_log_name);
  if (found == metrics_names.end()) return metrics::larger_is_better(name);
  std::vector<bool> of_metrics;  // These come last in metrics_names.
  for (const CompiledOutput* o : targets())
    for (const auto& metric : o->metrics) of_metrics.push_back(metric.larger_is_better);
  for (size_t i = metrics_names.size() - added_metrics.size(); i < metrics_names.size(); ++i)
    of_metrics.push_back(metrics::larger_is_better(metrics_names[i]));
  const auto from_end = static_cast<size_t>(metrics_names.end() - found);
  return from_end <= of_metrics.size() && of_metrics[of_metrics.size() - from_end];
}

Compiled compile(const Network& network, const CompileOptions& options) {
  LACUNA_REQUIRE(static_cast<bool>(options.optimizer),
                 "compile: an optimizer must be given. Received: none.");
  Compiled result;
  result.optimizer = options.optimizer.get();
  result.trainable = network.trainable_weights();
  result.updates = network.wanted_updates();
  result.frozen = network.frozen();
  result.added_losses = network.activity_losses();
  const auto& names = network.output_names();
  check_names(options.output_metrics, names, "metrics");
  check_names(options.output_weighted_metrics, names, "weighted_metrics");
  Computed computed;
  for (size_t i = 0; i < names.size(); ++i) {
    const Symbol &y = network.outputs()[i], &mask = network.output_masks()[i];
    LACUNA_REQUIRE(y.storage() == Storage::dense,
                   "compile: an output that is trained must be dense. Received: output '", names[i], "' ",
                   y.spec(), ".");
    CompiledOutput output{.name = names[i]};
    if (const auto* loss = pick(options.loss, i, names, "loss")) output.loss = loss->get();
    if (const double* weight = pick(options.loss_weights, i, names, "loss_weights")) output.weight = *weight;
    LACUNA_REQUIRE(std::isfinite(output.weight),
                   "compile: loss_weights must be finite. Received: loss_weights=", output.weight,
                   " for output '", names[i], "'.");
    output.temporal =
        is_temporal(pick(options.sample_weight_mode, i, names, "sample_weight_mode"), y, names[i]);
    const Symbol* target = pick(options.target_tensors, i, names, "target_tensors");
    if (output.loss) {
      add_loss(output, y, mask, target ? *target : Symbol(), options.zero_weights_count);
      add_metrics(output, y, mask, wanted(options.metrics, options.output_metrics, names[i]), false);
      add_metrics(output, y, mask,
                  wanted(options.weighted_metrics, options.output_weighted_metrics, names[i]), true);
      if (!is_placeholder(output.target)) computed.take(output, names.size() > 1, result.added_losses);
    }
    result.outputs.push_back(std::move(output));
  }
  const auto targets = result.targets();
  const auto is_penalized = [](const layers::Weight* w) { return w->regularizer != nullptr; };
  LACUNA_REQUIRE(!targets.empty() || !result.added_losses.empty() ||
                     std::ranges::any_of(network.weights(), is_penalized),
                 "compile: a loss must be given, or added by add_loss. Received: none.");
  result.metrics_names = {"loss"};
  const bool several = names.size() > 1;
  if (several)
    for (const CompiledOutput* o : targets) result.metrics_names.push_back(o->name + "_loss");
  const auto name = [&](const std::string& base) {
    std::string unique = base;  // The second of two acc is acc_1, as in Keras.
    for (int k = 1; std::ranges::count(result.metrics_names, unique); ++k) unique = text(base, "_", k);
    result.metrics_names.push_back(unique);
  };
  for (const CompiledOutput* o : targets)
    for (const auto& m : o->metrics) name(several ? o->name + "_" + m.name : m.name);
  const auto add = [&](const std::string& base, const Symbol& value) {
    name(base);
    result.added_metrics.push_back(value);
  };
  for (const auto* some : {&computed.losses, &computed.metrics})
    for (const auto& [base, value] : *some) add(base, value);
  for (const auto& added : network.added_metrics()) add(added.name, added.value);
  return result;
}

namespace {

Setting to_setting(double number) { return number; }
Setting to_setting(const std::string& text) { return text.empty() ? Setting() : Setting(text); }

template <class T>
Setting to_setting(const std::vector<T>& each) {
  SettingList list;
  for (const T& one : each) list.push_back(to_setting(one));
  return list;
}

template <class T>
Setting to_setting(const PerOutput<T>& options) {
  if (options.for_all) return to_setting(options.list[0]);
  if (!options.list.empty()) return to_setting(options.list);
  if (options.named.empty()) return {};
  Config named;
  for (const auto& [name, one] : options.named) named[name] = to_setting(one);
  return named;
}

template <class T>
void read_one(const Setting& setting, Arg<T>& one) {
  if (!setting.is_none()) one = Registry<T>::from_setting(setting);
}

void read_one(const Setting& setting, double& one) {
  const Config config{{"loss_weights", setting}};
  Settings("compile", config)("loss_weights", one);
}

void read_one(const Setting& setting, std::string& one) {
  const Config config{{"sample_weight_mode", setting}};
  if (!setting.is_none()) Settings("compile", config)("sample_weight_mode", one);
}

template <class T>
void read_one(const Setting& setting, std::vector<T>& all) {
  const auto* list = setting.as<SettingList>();
  for (const Setting& item : list ? *list : SettingList{setting}) read_one(item, all.emplace_back());
}

// {"class_name": …, "config": …} is one object; any other dict has output names.
bool names_outputs(const Setting& setting) {
  return setting.config() && !setting.config()->contains("class_name");
}

template <class T>
void read_each(const Setting& setting, PerOutput<T>& options) {
  if (setting.is_none()) return;
  if (names_outputs(setting)) {
    for (const auto& [name, one] : *setting.config()) read_one(one, options.named[name]);
  } else {
    read_one(setting, options.list);
    options.for_all = !setting.as<SettingList>();
  }
}

}  // namespace

Config to_config(const CompileOptions& options) {
  const auto either = [](const Metrics& all, const std::map<std::string, Metrics>& named) -> Setting {
    if (named.empty()) return to_setting(all);
    Config by_output;
    for (const auto& [name, metrics] : named) by_output[name] = to_setting(metrics);
    return by_output;
  };
  Config result{{"optimizer_config", to_setting(options.optimizer)},
                {"loss", to_setting(options.loss)},
                {"metrics", either(options.metrics, options.output_metrics)},
                {"weighted_metrics", either(options.weighted_metrics, options.output_weighted_metrics)},
                {"loss_weights", to_setting(options.loss_weights)},
                {"sample_weight_mode", to_setting(options.sample_weight_mode)}};
  if (options.zero_weights_count) result["zero_weights_count"] = true;
  return result;
}

CompileOptions compile_options(const Config& config) {
  CompileOptions options;
  options.zero_weights_count = false;
  Settings settings("compile", config);
  settings("zero_weights_count", options.zero_weights_count);
  if (const Setting* optimizer = settings.find("optimizer_config"))
    options.optimizer = Registry<optimizers::Optimizer>::from_setting(optimizers::of_file(*optimizer));
  if (const Setting* loss = settings.find("loss")) read_each(*loss, options.loss);
  if (const Setting* weights = settings.find("loss_weights")) read_each(*weights, options.loss_weights);
  if (const Setting* mode = settings.find("sample_weight_mode")) read_each(*mode, options.sample_weight_mode);
  const auto read_either = [&](const char* name, Metrics& all, std::map<std::string, Metrics>& named) {
    const Setting* given = settings.find(name);
    if (!given || given->is_none()) return;
    if (!names_outputs(*given)) return read_one(*given, all);
    for (const auto& [output, some] : *given->config()) read_one(some, named[output]);
  };
  read_either("metrics", options.metrics, options.output_metrics);
  read_either("weighted_metrics", options.weighted_metrics, options.output_weighted_metrics);
  return options;
}

}  // namespace lacuna
