// Datasets of arrays in files of NumPy and scipy, which are read row by row.
#pragma once
#include <map>
#include <string>

#include "lacuna/data/dataset.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

// Paths: a .npz file of scipy.sparse.save_npz, compressed or not, which holds a csr matrix; or a .npy file,
// plain or compressed, which holds an array in C order.
struct NpzOptions {
  std::map<std::string, std::string> y{};  // Targets, by name.
  std::string sample_weight{};             // Empty: none.
};

// x: inputs, by name. Rows are read from the start of the files to their end, so memory does not grow with
// them; an uncompressed file can be begun anywhere. Where fit shuffles, uncompressed ones are mapped, and
// rows come from anywhere (FitOptions::shuffle_bytes). Reads the heads of the files. Throws InvalidArgument
// if a file is of another kind, or if they have not the same number of rows; in a pass, if one is damaged.
Dataset npz(const std::map<std::string, std::string>& x, NpzOptions options = {});

}  // namespace data
}  // namespace lacuna
