// The masks that Keras 3 writes into the config of a model as layers and arguments of their own.
#pragma once
#include "lacuna/base/config.h"

namespace lacuna::saving {

// Removes them where an Embedding or a Masking makes the same mask, since layers pass it on by themselves.
// model: the config of a model in older words.
void leave_out_masks(Config& model);

}  // namespace lacuna::saving
