// Losses and metrics of a network's outputs, made once.
#include "lacuna/training/compiled.h"

#include <algorithm>

#include "lacuna/ops/arithmetic.h"
#include "lacuna/ops/cast.h"
#include "lacuna/ops/compare.h"
#include "lacuna/ops/reduce.h"
#include "lacuna/ops/reshape.h"

namespace lacuna {
namespace {

template <class T>
const T* pick(const PerOutput<T>& options, size_t i, const std::vector<std::string>& names,
              const char* argument) {
  for (const auto& entry : options.named) {
    bool known = false;
    for (const auto& name : names) known |= name == entry.first;
    require(known, "compile: ", argument, " must name outputs of the model. Received: '", entry.first, "'",
            nearest(entry.first, names), ".");
  }
  if (!options.named.empty()) {
    const auto found = options.named.find(names[i]);
    return found == options.named.end() ? nullptr : &found->second;
  }
  if (options.list.empty()) return nullptr;
  if (options.for_all) return &options.list[0];
  require(options.list.size() == names.size(), "compile: ", argument,
          " must be one for all outputs or one for each. Received: ", options.list.size(),
          ", outputs=", names.size(), ".");
  return &options.list[i];
}

// Over what is left of a sample beside the batch.
Symbol per_sample(const Symbol& values) {
  Axes rest;
  for (int axis = 1; axis < static_cast<int>(values.rank()); ++axis) rest.push_back(axis);
  return rest.empty() ? values : mean(values, rest);
}

// Keras: steps that the mask leaves out count neither in the mean of the losses nor in that of a metric.
Symbol masked(const Symbol& values, const Symbol& mask) {
  if (!mask || values.rank() == 0) return values;
  require(values.rank() >= mask.rank(),
          "compile: a loss or metric of an output with a mask must have a value for each step. Received: ",
          values.spec(), ", mask=", mask.spec(), ".");
  Symbol counted = mask.dtype() == values.dtype() ? mask : cast(mask, values.dtype());
  const Symbol share = mean(counted);
  while (counted.rank() < values.rank()) counted = expand_dims(counted);
  const Symbol least = constant(1e-30, values.dtype());  // A batch of which nothing counts has loss 0.
  return divide(multiply(values, counted), maximum(share, least));
}

Symbol scalar(const Symbol& values) { return values.rank() == 0 ? values : mean(values); }

}  // namespace

std::vector<const CompiledOutput*> Compiled::targets() const {
  std::vector<const CompiledOutput*> result;
  for (const CompiledOutput& o : outputs)
    if (o.loss) result.push_back(&o);
  return result;
}

Compiled compile(const Network& network, const CompileOptions& options) {
  require(static_cast<bool>(options.optimizer), "compile: an optimizer must be given. Received: none.");
  Compiled result;
  result.optimizer = options.optimizer.get();
  const auto& names = network.output_names();
  for (const auto& entry : options.output_metrics) {
    bool known = false;
    for (const auto& name : names) known |= name == entry.first;
    require(known, "compile: metrics must name outputs of the model. Received: '", entry.first, "'",
            nearest(entry.first, names), ".");
  }
  for (size_t i = 0; i < names.size(); ++i) {
    const Symbol &y = network.outputs()[i], &mask = network.output_masks()[i];
    require(y.storage() == Storage::dense,
            "compile: an output that is trained must be dense. Received: output '", names[i], "' ", y.spec(),
            ".");
    CompiledOutput output{.name = names[i]};
    if (const auto* loss = pick(options.loss, i, names, "loss")) output.loss = loss->get();
    if (const double* weight = pick(options.loss_weights, i, names, "loss_weights")) output.weight = *weight;
    if (output.loss) {
      output.target = placeholder(output.loss->target(y.spec()), names[i] + "_target");
      if (output.loss->ids_target()) output.classes = std::max<Dim>(y.shape().back(), 0);
      output.sample_weight = placeholder({{None}, y.dtype()}, names[i] + "_sample_weights");
      const Symbol values = masked((*output.loss)(output.target, y), mask);
      output.plain_loss = scalar(values);
      if (values.rank() > 0) {  // Keras: weighted mean, over the samples whose weight is not 0.
        const Symbol& w = output.sample_weight;
        const Symbol used = mean(not_equal(w, constant(0, w.dtype())));
        const Symbol least = constant(1e-30, w.dtype());  // A batch without weight has loss 0, not 0 / 0.
        output.weighted_loss = mean(divide(multiply(per_sample(values), w), maximum(used, least)));
      }
      Metrics wanted = options.metrics;
      if (const auto found = options.output_metrics.find(names[i]); found != options.output_metrics.end())
        wanted.insert(wanted.end(), found->second.begin(), found->second.end());
      for (const Arg<metrics::Metric>& metric : wanted) {
        const auto resolved = metrics::resolve(metric.get(), y.shape(), output.loss->name);
        output.metrics.push_back({resolved->name, scalar(masked((*resolved)(output.target, y), mask))});
      }
    }
    result.outputs.push_back(std::move(output));
  }
  const auto targets = result.targets();
  require(!targets.empty(), "compile: a loss must be given. Received: none.");
  result.metrics_names = {"loss"};
  const bool several = names.size() > 1;
  if (several)
    for (const CompiledOutput* o : targets) result.metrics_names.push_back(o->name + "_loss");
  for (const CompiledOutput* o : targets)
    for (const auto& m : o->metrics) {
      const std::string base = several ? o->name + "_" + m.name : m.name;
      std::string unique = base;  // Of two of one name the second is acc_1, as in Keras.
      for (int k = 1; std::ranges::count(result.metrics_names, unique); ++k) unique = text(base, "_", k);
      result.metrics_names.push_back(unique);
    }
  return result;
}

}  // namespace lacuna
