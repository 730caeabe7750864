// The calls of a layer. Thread-safe, since a model that is trained in one thread may be called as a layer in
// another.
#pragma once
#include <memory>
#include <vector>

#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// Adds a call to its layer.
void add_call(const std::shared_ptr<const Call>& call);

// Takes a call from its layer's list: one of a network's own, which nobody made of the layer.
void remove_call(const std::shared_ptr<const Call>& call);

// To be called in call(): adds to the loss of every model that holds the layer. Of a symbol that is no
// scalar, the mean counts.
void add_loss(const Symbol& loss);
// The same for what fit and evaluate report under a name.
void add_metric(const Symbol& value, const std::string& name);
bool is_within_call();  // Whether this thread is in the call() of a layer.

// The mean of a dense symbol; a scalar itself. `where` starts the message of an error.
Symbol mean_of(const char* where, const Symbol& symbol);

// The calls that still exist, oldest first.
std::vector<std::shared_ptr<const Call>> calls_of(const LayerState& layer);

}  // namespace layers
}  // namespace lacuna
