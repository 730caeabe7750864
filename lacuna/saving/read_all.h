// Reads a whole file of another program, to find out whether HDF5 can read it.
#pragma once
#include "lacuna/saving/hdf5.h"

namespace lacuna::saving {

// Reads all that load_model and load_weights would read of a file, by the same calls, and discards it.
void read_all(const hdf5::Group& root);

}  // namespace lacuna::saving
