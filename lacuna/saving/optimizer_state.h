// Saves and loads an optimizer's state: what it keeps between steps for itself and for each weight, by name.
// The attribute weight_names lists all names, as in Keras.
#pragma once
#include "lacuna/hdf5/hdf5.h"
#include "lacuna/network/network.h"
#include "lacuna/optimizers/optimizer.h"
#include "lacuna/saving/outgoing.h"

namespace lacuna::saving {

// Callers must hold the network's turn (graph/turn.h). Tensors that are put into `outgoing` are written by
// its write().
void write_optimizer(const hdf5::Group& group, const optimizers::Optimizer& optimizer, const Network& network,
                     Outgoing& outgoing);
// Returns false and changes nothing if the names are not those of this optimizer and network. Callers must
// hold the network's turn.
bool read_optimizer(const hdf5::Group& group, optimizers::Optimizer& optimizer, const Network& network);

}  // namespace lacuna::saving
