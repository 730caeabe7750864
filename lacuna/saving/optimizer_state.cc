// Writes and reads an optimizer's state.
#include "lacuna/saving/optimizer_state.h"

#include <set>

#include "lacuna/saving/names.h"
#include "lacuna/saving/weights.h"

namespace lacuna::saving {
namespace {

using optimizers::Optimizer;

// The path of a weight's states: its number in the network, and its name for people who inspect the file.
std::string folder(size_t number, const Variable& weight) {
  return text(number, '/', as_path(weight.name()), '/');
}

std::vector<VariablePtr> variables_of(const std::vector<layers::Weight*>& weights) {
  std::vector<VariablePtr> result;
  for (const layers::Weight* weight : weights) result.push_back(weight->variable);
  return result;
}

}  // namespace

void write_optimizer(const hdf5::Group& group, const Optimizer& optimizer, const Network& network,
                     Outgoing& outgoing) {
  std::vector<std::string> names;
  const auto write = [&](const std::string& start, std::vector<Optimizer::Remembered> values) {
    for (auto& [name, value] : values) {
      names.push_back(start + name);
      outgoing.put(group, names.back(), std::move(value));
    }
  };
  const auto weights = network.weights();
  write("", optimizer.remembered(variables_of(weights)));
  for (size_t i = 0; i < weights.size(); ++i)
    write(folder(i, *weights[i]->variable), optimizer.remembered_of(*weights[i]->variable));
  group.write_texts("weight_names", names);
}

bool read_optimizer(const hdf5::Group& group, Optimizer& optimizer, const Network& network) {
  const auto listed = group.texts("weight_names");
  const std::set<std::string> names(listed.begin(), listed.end());
  const auto read = [&](const std::string& start, const std::vector<Optimizer::RememberedSpec>& specs) {
    std::vector<Optimizer::Remembered> values;
    for (const auto& [name, spec] : specs)
      if (names.contains(start + name))
        values.push_back({name, read_tensor(group, start + name, spec.dtype, spec.shape)});
    return values;
  };
  size_t found = 0;
  const auto weights = network.weights();
  const std::vector<VariablePtr> variables = variables_of(weights);
  const auto specs = optimizer.specs(variables);
  const auto own = read("", specs);
  found += own.size();
  std::vector<std::vector<Optimizer::Remembered>> of_weights;
  for (size_t i = 0; i < weights.size(); ++i) {
    const std::string number = text(i, '/');
    auto& values = of_weights.emplace_back();
    const auto first = names.lower_bound(number);
    if (first == names.end() || !first->starts_with(number)) continue;  // No state: a frozen weight has none.
    // Found by number alone: layers that a layer makes may have other names now.
    values = read(first->substr(0, first->rfind('/') + 1), optimizer.specs_of(weights[i]->variable));
    found += values.size();
  }
  if (found != names.size() || own.size() != specs.size()) return false;
  optimizer.remember(own, variables);
  for (size_t i = 0; i < weights.size(); ++i)
    if (!of_weights[i].empty()) optimizer.remember_of(weights[i]->variable, of_weights[i]);
  return true;
}

}  // namespace lacuna::saving
