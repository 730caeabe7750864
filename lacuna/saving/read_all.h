// Opens files in Keras' layout; one of another program is first read as a whole, to find out whether HDF5 can
// read it.
#pragma once
#include "lacuna/hdf5/hdf5.h"

namespace lacuna::saving {

// Reads all that load_model and load_weights would read of a file, by the same calls, and discards it.
void read_all(const hdf5::Group& root);

// As those of hdf5::File, which they call with read_all.
hdf5::File open_file(const char* where, const std::string& path);
hdf5::File open_bytes(const char* where, const std::string& bytes);

}  // namespace lacuna::saving
