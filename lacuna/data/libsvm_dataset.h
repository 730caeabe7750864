// Datasets of libsvm text, which need not fit in memory.
#pragma once
#include <string>
#include <vector>

#include "lacuna/data/dataset.h"
#include "lacuna/data/libsvm.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

struct LibsvmDatasetOptions {
  // As in LibsvmOptions. If n_features is 0, or zero_based automatic, the files are read once to find out.
  Dim n_features = 0;
  ZeroBased zero_based = ZeroBased::automatic;
  bool query_id = false;
  BadRowOptions bad{};
  size_t readers = 0;  // Threads that parse; 0: half of num_threads(), and none if that is 1.
};

// A dataset with the input x, csr, and the target y; a path with *, ? or [ stands for the files that it
// matches. Throws InvalidArgument for options that do not fit, or if the files must be read and cannot be.
Dataset libsvm(const std::vector<std::string>& paths, const LibsvmDatasetOptions& options = {});

// The same options with what the files tell where they leave it open, so that other rows have the same
// columns.
LibsvmDatasetOptions complete(const std::vector<std::string>& paths, const LibsvmDatasetOptions& options);

}  // namespace data
}  // namespace lacuna
