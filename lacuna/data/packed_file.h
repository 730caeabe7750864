// Packed files: the rows of a dataset in blocks of whole rows, with a checksum for each block, and a foot
// that tells the schema, the sources, the blocks and some statistics. A file is written aside and takes its
// place when it is whole.
#pragma once
#include <string>

#include "lacuna/data/dataset.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

// The dataset in a packed file, which may be anywhere; the files that it was made of are not needed. Throws
// FileError, and InvalidArgument if it is no whole packed file. A damaged block is an error when it is read,
// and so is a file that is cut short meanwhile, even where it is mapped, as to shuffle it (FitOptions).
Dataset open(const std::string& path);

}  // namespace data
}  // namespace lacuna
