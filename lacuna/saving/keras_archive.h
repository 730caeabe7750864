// Files .keras of Keras 3: a ZIP archive of a config and of weights, in a layout of its own.
#pragma once
#include <string>

#include "lacuna/base/export.h"
#include "lacuna/hdf5/hdf5.h"

namespace LACUNA_EXPORT lacuna {
namespace saving {

// Opens a file of HDF5, or a .keras file as if it were one in Keras 2's layout, without the states of the
// optimizer. where: what errors start with. Throws as hdf5::File::open does.
hdf5::File open_model(const char* where, const std::string& path);
hdf5::File open_model_bytes(const char* where, const std::string& bytes);

}  // namespace saving
}  // namespace lacuna
