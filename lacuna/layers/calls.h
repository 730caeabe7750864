// The calls of a layer, which any number of threads may add to and read: a model that is trained in one
// thread may be called as a layer in another.
#pragma once
#include <memory>
#include <vector>

#include "lacuna/layers/layer.h"

namespace lacuna::layers {

// Adds it to those of its layer.
void add_call(const std::shared_ptr<const Call>& call);

// Those that somebody still holds, oldest first.
std::vector<std::shared_ptr<const Call>> calls_of(const LayerState& layer);

}  // namespace lacuna::layers
