// Datasets of cells by genes, in files of anndata (.h5ad) and of 10x Genomics (.h5).
#pragma once
#include <map>
#include <string>

#include "lacuna/data/dataset.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

struct H5adOptions {
  // Targets: columns of obs, by name. A categorical is the number of its category, from 0, in the order of
  // the file; numbers and booleans are as they are.
  std::map<std::string, std::string> y{};
  std::string sample_weight{};  // A column of obs; empty: none.
};

// x: inputs, by name: "X", "layers/counts", "raw/X", "obsm/X_pca", …: a matrix in csr, whose columns have the
// names of var, or a dense one. It is read in the order of its rows, some chunks at a time, so memory does
// not grow with the file, and can be begun anywhere. Files of all versions of anndata are read but those
// whose obs is one array (before 0.7). Throws InvalidArgument if a part is not there or of another kind (csc:
// write adata.X.tocsr()), or if they have not the same number of rows; in a pass, if rows are damaged, or a
// target is missing.
Dataset h5ad(const std::string& path, const std::map<std::string, std::string>& x = {{"x", "X"}},
             H5adOptions options = {});

struct TenxOptions {
  std::string group = "matrix";  // Or a genome, in a file of Cell Ranger 2.
  // Paths of .npy files, as in npz: targets by name, and weights. Empty: none.
  std::map<std::string, std::string> y{};
  std::string sample_weight{};
};

// The input x, csr, (barcodes, features), of a feature-barcode matrix of Cell Ranger; its columns have the
// ids of the features. Else as h5ad.
Dataset h5_10x(const std::string& path, TenxOptions options = {});

}  // namespace data
}  // namespace lacuna
