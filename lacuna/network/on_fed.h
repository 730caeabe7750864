// The symbols of a network on inputs of the storages and dtypes that are fed.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "lacuna/graph/symbol.h"

namespace lacuna {

// Inputs as they are fed, and the given symbols on them. An op that reads integers as they are fed gets them
// so; others read what the network has.
struct OnFed {
  std::vector<Symbol> from{}, to{}, inputs{};
};
// fed: storage and dtype of each input. Ops are looked for among those that `outputs` need.
OnFed on_fed_inputs(std::span<const Symbol> inputs, std::span<const std::string> names,
                    const std::vector<Symbol>& outputs, std::span<const Spec> fed);

}  // namespace lacuna
