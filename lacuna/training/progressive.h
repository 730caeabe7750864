// What progressive returns, and its options: each row is predicted before the model learns from it.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "lacuna/data/array.h"
#include "lacuna/tensor/tensor.h"
#include "lacuna/training/class_weight.h"

namespace LACUNA_EXPORT lacuna {

struct ProgressiveOptions {
  Dim batch_size = 1;  // Rows of a step, all of which are predicted before it.
  int verbose = 0;
  Arrays sample_weight{};
  ClassWeights class_weight{};
  bool predictions = true;  // false: they are not kept, where there are too many.
};

struct Progressive {
  std::vector<Tensor> predictions{};  // An array for each output, with a row for each row of x.
  std::vector<double> losses{};       // Of each step, before it.
  // The loss and the metrics, by their names: means over all rows, or the states of the metrics in the end.
  std::vector<std::pair<std::string, double>> values{};
};

}  // namespace lacuna
