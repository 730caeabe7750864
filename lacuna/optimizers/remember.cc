// Saves and restores what an optimizer remembers between steps.
#include "lacuna/optimizers/optimizer.h"
#include "lacuna/optimizers/states.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna::optimizers {
namespace {

constexpr auto kIterations = "iterations";
constexpr const char* kBehind[] = {"behind_rows", "behind_at", "behind_steps", "behind_glide"};

const Tensor& checked(const char* of, const Optimizer::Remembered& value,
                      const Optimizer::RememberedSpec& known) {
  LACUNA_REQUIRE(value.name == known.name && value.value.spec() == known.spec, of,
                 ": what an optimizer remembers must be of its kind. Received: '", value.name, "' ",
                 value.value.spec(), ", expected '", known.name, "' ", known.spec, ".");
  return value.value;
}

}  // namespace

Setting of_file(const Setting& setting) {
  if (!speaks_keras_3() || !setting.config() || !setting.config()->contains("config")) return setting;
  Config all = *setting.config();
  const Config* settings = all["config"].config();
  if (!settings || !settings->contains("clipnorm")) return setting;
  Config renamed = *settings;
  renamed["global_clipnorm"] = renamed["clipnorm"];
  renamed.erase("clipnorm");
  all["config"] = renamed;
  return all;
}

std::vector<Optimizer::RememberedSpec> Optimizer::specs(std::span<const VariablePtr>) const {
  return {{kIterations, iterations->spec()}};
}

std::vector<Optimizer::RememberedSpec> Optimizer::specs_of(const VariablePtr& weight) {
  std::vector<RememberedSpec> result;
  const States& states = states_at(weight);
  for (const Spec& spec : states.specs()) result.push_back({text("state_", result.size()), spec});
  size_t part = 0;
  for (const Spec& spec : states.behind_specs()) result.push_back({kBehind[part++], spec});
  return result;
}

std::vector<Optimizer::Remembered> Optimizer::remembered(std::span<const VariablePtr>) const {
  return {{kIterations, iterations->copy()}};
}

std::vector<Optimizer::Remembered> Optimizer::remembered_of(const Variable& weight) const {
  std::vector<Remembered> result;
  const auto found = kept_.find(&weight);
  if (found == kept_.end()) return result;
  for (Tensor& state : found->second.states->copy()) {
    std::string name = text("state_", result.size());
    result.push_back({std::move(name), std::move(state)});
  }
  size_t part = 0;
  for (Tensor& behind : found->second.states->copy_behind())
    result.push_back({kBehind[part++], std::move(behind)});
  return result;
}

States& Optimizer::dense_states(size_t i) {
  LACUNA_REQUIRE(!weights_[i]->is_table(),
                 "get_weights: the states of a weight with sparse_weight or sparse_grad are kept by "
                 "model.save. Received: "
                 "weight '",
                 weights_[i]->name(), "' ", weights_[i]->spec(), ".");
  return states_at(weights_[i]);
}

std::vector<tensor::Dense> Optimizer::get_weights() {
  std::vector<tensor::Dense> result{iterations->to_dense()};
  for (size_t k = 0; k < rule_->states(); ++k)
    for (size_t i = 0; i < weights_.size(); ++i) result.push_back(dense_states(i).copy()[k].dense());
  return result;
}

void Optimizer::set_weights(const std::vector<tensor::Dense>& weights) {
  const size_t states = rule_->states();
  LACUNA_REQUIRE(weights.size() == 1 + states * weights_.size(),
                 "set_weights: there must be as many arrays as get_weights gives. Received: arrays=",
                 weights.size(), ", expected=", 1 + states * weights_.size(), ".");
  std::vector<std::vector<Tensor>> all;
  for (size_t i = 0; i < weights_.size(); ++i) {
    all.emplace_back();
    const auto specs = dense_states(i).specs();
    for (size_t k = 0; k < states; ++k) {
      const tensor::Dense& given = weights[1 + k * weights_.size() + i];
      LACUNA_REQUIRE(given.shape == specs[k].shape,
                     "set_weights: an array must have the shape of the state. Received: ",
                     to_string(given.shape), ", expected ", to_string(specs[k].shape), ".");
      all.back().push_back(cast(Tensor(given), specs[k].dtype));
    }
  }
  LACUNA_REQUIRE(weights[0].size() == 1,
                 "set_weights: the first array must be the number of steps. Received: ",
                 to_string(weights[0].shape), ".");
  for (size_t i = 0; i < weights_.size(); ++i) dense_states(i).assign(all[i]);
  iterations->set_scalar(with_dtype(weights[0].dtype, [&](auto tag) {
    return static_cast<double>(weights[0].values<typename decltype(tag)::type>()[0]);
  }));
}

void Optimizer::remember(const std::vector<Remembered>& values, std::span<const VariablePtr>) {
  const auto known = specs();
  LACUNA_REQUIRE(values.size() == known.size(),
                 "optimizer: all that it remembers must be given. Received: values=", values.size(),
                 ", known=", known.size(), ".");
  iterations->assign(checked("optimizer", values[0], known[0]).dense());
}

void Optimizer::remember_of(const VariablePtr& weight, const std::vector<Remembered>& values) {
  std::vector<Tensor> states, behind;
  for (const Remembered& value : values)
    (value.name.starts_with("behind_") ? behind : states).push_back(value.value);
  States& to = states_at(weight);
  to.assign(states);
  if (behind.empty()) return;
  to.assign_behind(behind);
  weight->set_behind(kept_.find(weight.get())->second.states);
}

}  // namespace lacuna::optimizers
