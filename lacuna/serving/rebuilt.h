// A network made again from its config for predictions alone: symbols, and variables without values.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "lacuna/base/config.h"
#include "lacuna/graph/variable.h"
#include "lacuna/layers/features/feature.h"
#include "lacuna/network/network.h"

namespace lacuna::serving {

struct Rebuilt {
  std::vector<Symbol> inputs{}, outputs{};
  std::vector<std::string> input_names{}, output_names{};
  std::vector<Dim> id_limits{};  // 0: the input holds no ids. See Network::id_limit.
  std::vector<std::shared_ptr<layers::LayerState>> layers{};  // They own the features.
};

// Of Network::config. Layers get no values: see layers/sketch.h. Throws InvalidArgument, which starts with
// `where`, for a layer that cannot be made.
Rebuilt rebuilt(const char* where, const Config& config);

// What a network predicts: its outputs, with the averages of frozen layers.
std::vector<Symbol> predicted(const Network& network);
// The variables that symbols depend on, in an order that is the same for the same computation.
std::vector<VariablePtr> variables_of(const std::vector<Symbol>& outputs);
// What the layers of features of a network have learned, in an order that is the same for both.
std::vector<layers::FeatureState*> features_of(
    const std::vector<std::shared_ptr<layers::LayerState>>& layers);

// Throws InvalidArgument unless both compute the same: for a layer that its config does not describe.
void require_same(const char* where, const std::vector<Symbol>& now, const std::vector<Symbol>& again);

}  // namespace lacuna::serving
