// An optimizer's state in a file: what it and each weight remembers between steps, by name; the attribute
// weight_names lists all, as Keras has it.
#pragma once
#include "lacuna/network/network.h"
#include "lacuna/optimizers/optimizer.h"
#include "lacuna/saving/hdf5.h"
#include "lacuna/saving/outgoing.h"

namespace lacuna::saving {

// For whoever has the network's turn; what is put into `outgoing` is written when that is.
void write_optimizer(const hdf5::Group& group, const optimizers::Optimizer& optimizer, const Network& network,
                     Outgoing& outgoing);
// False, and nothing is changed, where the names are of somebody else.
bool read_optimizer(const hdf5::Group& group, optimizers::Optimizer& optimizer, const Network& network);

}  // namespace lacuna::saving
