// What is tried of a file that somebody else wrote.
#pragma once
#include "lacuna/saving/hdf5.h"

namespace lacuna::saving {

// Reads, and forgets, all that load_model and load_weights would read of a file, by the same calls.
void read_all(const hdf5::Group& root);

}  // namespace lacuna::saving
