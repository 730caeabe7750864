// Arrays and csr matrices in a file of HDF5 that another program has written, as the parts of a dataset.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/data/file_rows.h"
#include "lacuna/data/rows_of_file.h"
#include "lacuna/hdf5/hdf5.h"

namespace lacuna::data {

// An array of the group, from its beginning to its end; no more of it is in memory than some chunks. whole:
// as in Slices.
std::unique_ptr<ArrayStream> h5_array(const hdf5::Group& group, const std::string& name, bool whole = false);

// The csr matrix of the arrays data, indices and indptr of the group. names: as in CsrArrays.
std::unique_ptr<RowsOfFile> h5_csr(const hdf5::Group& group, Dim rows, Dim columns,
                                   std::function<std::vector<std::string>()> names);

// What finds the parts in an open file.
using H5Parts = std::function<std::vector<std::unique_ptr<RowsOfFile>>(const hdf5::Group& root)>;

// Opens the file for each pass. HDF5 may crash on a damaged one: before the file is used for the first time,
// and again when it has changed, a child process finds its parts and reads rows of them, all of a small file,
// else the first and the last ones.
FileOpener open_h5(std::string path, H5Parts parts);

}  // namespace lacuna::data
