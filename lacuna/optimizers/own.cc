// Makes a plan of the updates that an optimizer of one's own lists, and runs it over the rows of a step.
#include "lacuna/optimizers/own.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "lacuna/base/message.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/graph/op.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/row_wise.h"
#include "lacuna/graph/rule.h"
#include "lacuna/optimizers/own_table.h"

namespace lacuna::optimizers {
namespace {

// The loss as get_updates sees it: its gradients are the placeholders to which a step feeds them.
struct OwnObjective final : Op {
  explicit OwnObjective(std::vector<Symbol> given) : gradients(std::move(given)) {}
  std::string_view name() const override { return "loss"; }
  std::string key() const override { return text("loss#", this); }
  std::string_view cost(const lacuna::Rule&) const override { return ""; }
  const Rules& rules() const override {
    static const Rules none;
    return none;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{{}, in.empty() ? DType::float32 : in[0].dtype, Storage::dense}};
  }
  std::vector<Symbol> gradient(const Node&, std::span<const Symbol> dout,
                               const std::vector<bool>&) const override {
    const Tensor* one = constant_value(*dout[0].node());
    LACUNA_REQUIRE(one && one->shape().empty(),
                   "get_updates: gradients must be taken of the loss as it was given. Received: gradients of "
                   "something that depends on it.");
    return gradients;
  }
  std::vector<Symbol> gradients;
};

// The variables of unknown rows that the get_updates in progress on this thread has made.
thread_local std::vector<OwnState>* states_in_progress = nullptr;

Spec dense_spec(const Variable& weight) {
  Spec spec{weight.spec().shape, weight.spec().dtype, Storage::dense};
  if (weight.is_table()) spec.shape[0] = -1;
  return spec;
}

Tensor filled(const Spec& spec, double value) {
  tensor::Dense result;
  result.resize(spec.shape, spec.dtype);
  with_dtype(spec.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::ranges::fill(result.values<T>(), static_cast<T>(value));
  });
  return result;
}

}  // namespace

struct Own::Steps {
  std::vector<VariablePtr> weights, params;
  std::vector<Update> updates;
  std::vector<VariablePtr> others;  // Variables that updates change, apart from params and states of tables.
  std::vector<std::unique_ptr<OwnTable>> tables;  // One for each weight; null if it is dense.
  std::unique_ptr<Plan> plan;
  UpdateValues values;
  std::vector<Tensor> held;  // Gradients that are not fed as they came.
  std::vector<const Tensor*> feeds;
  bool counts = true;  // No update changes `iterations`.
};

Own::Own(std::string class_name, const OwnSettings& o)
    : Optimizer(std::move(class_name), optimizers::common(in_one_dialect(o)), {}, nullptr), key_(next_key()) {
  // Of the dtype of weights, so that updates can multiply gradients by them.
  lr = std::make_shared<Variable>("lr", filled({{}, floatx(), Storage::dense}, o.lr));
  decay = std::make_shared<Variable>("decay", filled({{}, floatx(), Storage::dense}, o.decay));
  LACUNA_REQUIRE(
      o.lazy_update, this->class_name(),
      ": lazy_update must be True, since updates of one's own move only rows that a batch touches. Received: "
      "lazy_update=False.");
}

Own::~Own() = default;

VariablePtr Own::state(const VariablePtr& param, double value) {
  return state(dense_spec(*param).shape, param->spec().dtype, value, param->name() + "_state");
}

VariablePtr Own::state(const Shape& shape, DType dtype, double value, const std::string& name) {
  const Spec spec{shape, dtype, Storage::dense};
  if (shape.empty() || shape[0] != -1) return std::make_shared<Variable>(name, filled(spec, value));
  LACUNA_REQUIRE(
      states_in_progress,
      "state: the number of rows may only be unknown in get_updates of an optimizer, where it stands for "
      "the rows that a batch touches. Received: shape=",
      to_string(shape), ".");
  states_in_progress->push_back({std::make_shared<Variable>(name, spec), value});
  return states_in_progress->back().variable;
}

std::vector<Symbol> Own::get_gradients(const Symbol& loss, const std::vector<VariablePtr>& params) {
  std::vector<Symbol> reads;
  for (const VariablePtr& param : params) reads.push_back(read(param));
  auto result = lacuna::gradients(loss, reads);
  for (size_t i = 0; i < result.size(); ++i)
    LACUNA_REQUIRE(result[i], "get_gradients: the loss must depend on each param. Received: param '",
                   params[i]->name(), "'.");
  return result;
}

void Own::prepare(const std::vector<VariablePtr>& weights) {
  if (prepared(weights)) return;
  auto steps = std::make_shared<Steps>();
  steps->weights = weights;
  std::vector<Symbol> gradients, reads;
  for (const VariablePtr& weight : weights) {
    const Spec spec = dense_spec(*weight);
    steps->params.push_back(weight->is_table() ? std::make_shared<Variable>(weight->name(), spec) : weight);
    reads.push_back(read(steps->params.back()));
    gradients.push_back(placeholder(spec, "gradient of " + weight->name()));
  }
  const Symbol loss = lacuna::apply(std::make_shared<OwnObjective>(gradients), reads);

  std::vector<OwnState> states;
  {
    const auto before = std::exchange(states_in_progress, &states);
    try {
      steps->updates = get_updates(loss, steps->params);
    } catch (...) {
      states_in_progress = before;
      throw;
    }
    states_in_progress = before;
  }
  std::vector<Symbol> values;
  for (const Update& u : steps->updates) values.push_back(u.value);
  std::vector<VariablePtr> of_rows;
  for (const OwnState& state : states) of_rows.push_back(state.variable);
  for (size_t i = 0; i < weights.size(); ++i)
    if (weights[i]->is_table()) of_rows.push_back(steps->params[i]);
  require_row_wise("get_updates", values, gradients, of_rows);
  const auto owners = owners_of(steps->updates, steps->params, gradients, states);
  for (size_t i = 0; i < weights.size(); ++i) {
    steps->tables.push_back(nullptr);
    if (!weights[i]->is_table()) continue;
    std::vector<OwnState> of_table;
    for (size_t s = 0; s < states.size(); ++s)
      if (owners[s] == i) of_table.push_back(states[s]);
    steps->tables.back() =
        std::make_unique<OwnTable>(weights[i], steps->params[i], std::move(of_table), owner_);
  }
  for (const Update& u : steps->updates) {
    if (u.variable == iterations) steps->counts = false;
    const bool whole = u.variable->spec().shape.empty() || u.variable->spec().shape[0] != -1;
    if (whole && std::ranges::find(weights, u.variable) == weights.end() && u.variable != iterations &&
        std::ranges::find(steps->others, u.variable) == steps->others.end())
      steps->others.push_back(u.variable);
  }
  steps->plan = std::make_unique<Plan>(gradients, values, false);
  steps->held.resize(weights.size());
  steps->feeds.resize(weights.size());
  const std::lock_guard lock(mutex_);
  std::erase_if(steps_, [&](const auto& before) {
    return std::ranges::any_of(before->weights, [&](const VariablePtr& weight) {
      return std::ranges::find(weights, weight) != weights.end();
    });
  });
  steps_.push_back(std::move(steps));
}

std::shared_ptr<Own::Steps> Own::prepared(std::span<const VariablePtr> weights) const {
  for (const auto& made : all_steps())
    if (std::ranges::equal(made->weights, weights)) return made;
  return nullptr;
}

std::vector<std::shared_ptr<Own::Steps>> Own::all_steps() const {
  const std::lock_guard lock(mutex_);
  return steps_;
}

Own::Steps& Own::steps_of(std::span<const VariablePtr> weights) {
  if (!prepared(weights)) prepare({weights.begin(), weights.end()});
  return *prepared(weights);
}

std::vector<VariablePtr> Own::others_of(std::span<const VariablePtr> weights) const {
  std::vector<VariablePtr> result;
  for (const auto& steps : all_steps()) {
    const bool is_of_these =
        weights.empty() || std::ranges::any_of(steps->weights, [&](const VariablePtr& weight) {
          return std::ranges::find(weights, weight) != weights.end();
        });
    if (is_of_these) result.insert(result.end(), steps->others.begin(), steps->others.end());
  }
  return result;
}

std::vector<VariablePtr> Own::variables() const {
  std::vector<VariablePtr> result{lr, decay, iterations};
  for (const auto& steps : all_steps())
    for (const Update& u : steps->updates) {
      result.push_back(u.variable);
      for (const auto& node : in_order({u.value}))
        if (const VariablePtr read = variable_of(Symbol(node, 0))) result.push_back(read);
    }
  return result;
}

void Own::step(std::span<const VariablePtr> weights, std::span<const Gradient> gradients) {
  const FlushDenormals flush;
  Steps& steps = steps_of(weights);
  const double of_all = clip_factor(gradients);
  const double limit =
      shared_settings().clipvalue > 0 ? shared_settings().clipvalue : std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < weights.size(); ++i) {
    LACUNA_REQUIRE(
        gradients[i] && gradients[i].is_whole(),
        "optimizer: one of your own needs a gradient for each trained weight; set trainable=False of the "
        "layer if the loss does not depend on it. Received: none for weight '",
        weights[i]->name(), "'.");
    const Tensor& whole = *gradients[i].whole();
    const double factor = of_all * clip_factor_of(gradients[i]);
    if (steps.tables[i]) steps.tables[i]->gather(whole.row_sparse().row_ids());
    else if (const auto& behind = weights[i]->behind()) behind->settle(), weights[i]->set_behind(nullptr);
    if (whole.storage() == Storage::dense && factor == 1 &&
        limit == std::numeric_limits<double>::infinity()) {
      steps.feeds[i] = &whole;
      continue;
    }
    write_dense(whole, !steps.tables[i], *weights[i], factor, limit, steps.held[i]);
    steps.feeds[i] = &steps.held[i];
  }
  steps.plan->run(steps.feeds, static_cast<int64_t>(iterations->scalar()), key_);
  steps.values.keep(steps.updates, [&](size_t i) -> const Tensor& { return steps.plan->output(i); });
  for (size_t i = 0; i < steps.updates.size(); ++i) apply_update(steps.updates[i], steps.values[i]);
  for (size_t i = 0; i < weights.size(); ++i)
    if (steps.tables[i]) steps.tables[i]->scatter(gradients[i].row_ids());
  if (steps.counts) iterations->set_scalar(iterations->scalar() + 1);
}

const OwnTable* Own::table_of(const Variable& weight) const {
  for (const auto& steps : all_steps())
    for (size_t i = 0; i < steps->weights.size(); ++i)
      if (steps->weights[i].get() == &weight && steps->tables[i]) return steps->tables[i].get();
  return nullptr;
}

std::vector<tensor::Dense> Own::get_weights() {
  std::vector<tensor::Dense> result{iterations->to_dense()};
  for (const VariablePtr& variable : others_of({})) result.push_back(variable->to_dense());
  return result;
}

void Own::set_weights(const std::vector<tensor::Dense>& weights) {
  std::vector<VariablePtr> all = others_of({});
  all.insert(all.begin(), iterations);
  LACUNA_REQUIRE(weights.size() == all.size(),
                 "set_weights: there must be as many arrays as get_weights gives. Received: arrays=",
                 weights.size(), ", expected=", all.size(), ".");
  for (size_t i = 0; i < all.size(); ++i)
    LACUNA_REQUIRE(weights[i].shape == all[i]->spec().shape,
                   "set_weights: an array must have the shape of the variable. Received: ",
                   to_string(weights[i].shape), ", expected ", to_string(all[i]->spec().shape), ".");
  for (size_t i = 0; i < all.size(); ++i) all[i]->assign(weights[i]);
}

std::vector<Optimizer::Remembered> Own::remembered(std::span<const VariablePtr> weights) const {
  auto result = Optimizer::remembered();
  for (const VariablePtr& variable : others_of(weights))
    result.push_back({text("variable_", result.size() - 1), variable->copy()});
  return result;
}

std::vector<Optimizer::RememberedSpec> Own::specs(std::span<const VariablePtr> weights) const {
  auto result = Optimizer::specs();
  for (const VariablePtr& variable : others_of(weights))
    result.push_back({text("variable_", result.size() - 1), variable->spec()});
  return result;
}

std::vector<Optimizer::Remembered> Own::remembered_of(const Variable& weight) const {
  const OwnTable* table = table_of(weight);
  if (!table || !table->values()) return {};
  return {{"states", table->copy()}};
}

std::vector<Optimizer::RememberedSpec> Own::specs_of(const VariablePtr& weight) {
  const OwnTable* table = table_of(*weight);
  if (!table || !table->values()) return {};
  return {{"states", table->spec()}};
}

void Own::remember(const std::vector<Remembered>& values, std::span<const VariablePtr> weights) {
  const auto known = specs(weights);
  LACUNA_REQUIRE(values.size() == known.size(),
                 "optimizer: all that it remembers must be given. Received: values=", values.size(),
                 ", known=", known.size(), ".");
  for (size_t i = 0; i < known.size(); ++i)
    LACUNA_REQUIRE(values[i].name == known[i].name && values[i].value.spec() == known[i].spec,
                   "optimizer: what it remembers must be of its kind. Received: '", values[i].name, "' ",
                   values[i].value.spec(), ", expected '", known[i].name, "' ", known[i].spec, ".");
  size_t next = 0;
  iterations->assign(values[next++].value);
  for (const VariablePtr& variable : others_of(weights)) variable->assign(values[next++].value);
}

void Own::remember_of(const VariablePtr& weight, const std::vector<Remembered>& values) {
  if (const OwnTable* table = table_of(*weight)) table->assign(values[0].value.row_sparse());
}

}  // namespace lacuna::optimizers
