// What an optimizer remembers between steps, out and in.
#include "lacuna/optimizers/optimizer.h"
#include "lacuna/optimizers/states.h"

namespace lacuna::optimizers {
namespace {

constexpr auto kIterations = "iterations";

const Tensor& checked(const char* of, const Optimizer::Remembered& value,
                      const Optimizer::RememberedSpec& known) {
  require(value.name == known.name && value.value.spec() == known.spec, of,
          ": what an optimizer remembers must be of its kind. Received: '", value.name, "' ",
          value.value.spec(), ", expected '", known.name, "' ", known.spec, ".");
  return value.value;
}

}  // namespace

std::vector<Optimizer::RememberedSpec> Optimizer::specs() const {
  return {{kIterations, iterations->spec()}};
}

std::vector<Optimizer::RememberedSpec> Optimizer::specs_of(const VariablePtr& weight) {
  std::vector<RememberedSpec> result;
  for (const Spec& spec : states_at(weight).specs()) result.push_back({text("state_", result.size()), spec});
  return result;
}

std::vector<Optimizer::Remembered> Optimizer::remembered() const {
  return {{kIterations, iterations->value()}};
}

std::vector<Optimizer::Remembered> Optimizer::remembered_of(const Variable& weight) const {
  std::vector<Remembered> result;
  const auto found = kept_.find(&weight);
  if (found == kept_.end()) return result;
  for (Tensor& state : found->second.states->copy()) {
    std::string name = text("state_", result.size());
    result.push_back({std::move(name), std::move(state)});
  }
  return result;
}

void Optimizer::remember(const std::vector<Remembered>& values) {
  const auto known = specs();
  require(values.size() == known.size(),
          "optimizer: all that it remembers must be given. Received: values=", values.size(),
          ", known=", known.size(), ".");
  iterations->assign(checked("optimizer", values[0], known[0]).dense());
}

void Optimizer::remember_of(const VariablePtr& weight, const std::vector<Remembered>& values) {
  std::vector<Tensor> states;
  for (const Remembered& value : values) states.push_back(value.value);
  states_at(weight).assign(states);
}

}  // namespace lacuna::optimizers
