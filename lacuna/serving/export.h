// export: a model in one file for programs that only predict (predictor.h).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lacuna/network/network.h"

namespace LACUNA_EXPORT lacuna {

struct ExportOptions {
  // "float32": weights as they are, so that predictions have the same bits. "bfloat16": half of the bytes.
  // "int8": a quarter, whole numbers times a scale of their row. Vectors, weights of float64 and, with int8,
  // rows of fewer than 8 values keep more: see Exported.
  std::string precision = "float32";
  bool overwrite = true;  // false: an existing file is an error.
};

// What was written, and what it cost in accuracy.
struct Exported {
  struct Weight {
    std::string name{};
    Shape shape{};
    int64_t rows = 0;  // Rows written, of a table those touched; of a vector 1.
    std::string kept_as{};
    uint64_t bytes = 0;
    double largest = 0;         // Of the absolute values.
    double largest_error = 0;   // Of a value.
    double relative_error = 0;  // The root of the mean square of errors, by that of values.
  };
  std::vector<Weight> weights{};
  uint64_t bytes = 0;  // Of the file.
  // A table of the weights, with a line for each.
  std::string text() const;
};

// Writes what the network predicts by now. An existing file is replaced in one atomic step, so that programs
// that have mapped it keep what they have. Throws InvalidArgument for a network with functions or layers that
// the library does not know, with inputs that are tensors, or with outputs that are not dense or whose rows
// have an open dimension, and FileError if the file cannot be written.
Exported export_model(const Network& network, const std::string& path, const ExportOptions& options = {});

}  // namespace lacuna
