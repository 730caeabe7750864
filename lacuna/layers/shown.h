// What a layer is, in one line.
#pragma once
#include <string>

#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// With the settings that differ from those of its class, and its last input, if it was called:
// <Dense 'dense_1': units=64, activation='relu', input (None, 10000) csr>
std::string shown(const LayerState& layer);
std::string shown(const Layer& layer);

}  // namespace layers
}  // namespace lacuna
