// Precision, recall and F1: from counts of what was predicted, what was true, and where both agree.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "lacuna/metrics/metrics.h"

namespace lacuna::metrics {

// What all three take. A column is predicted where its value is above `threshold`; without one 0.5 of a
// binary output and of one trained by binary_crossentropy or multi_hot_…, else the largest alone is
// predicted. top_k: the k largest are. class_id: of that column alone; else `average` over columns is, in
// scikit-learn's words, "micro", "macro" or "weighted" (by how many samples have the label). A share of none
// is 0, as in scikit-learn. State: three numbers a column.

// tp / (tp + fp)
struct Precision {
  std::optional<double> threshold{};
  std::optional<Dim> top_k{}, class_id{};
  std::string average = "micro";
  std::string name = "precision";

  std::shared_ptr<Metric> make() const;
};

// tp / (tp + fn)
struct Recall {
  std::optional<double> threshold{};
  std::optional<Dim> top_k{}, class_id{};
  std::string average = "micro";
  std::string name = "recall";

  std::shared_ptr<Metric> make() const;
};

// 2 tp / (2 tp + fp + fn)
struct F1 {
  std::optional<double> threshold{};
  std::optional<Dim> top_k{}, class_id{};
  std::string average = "micro";
  std::string name = "f1";

  std::shared_ptr<Metric> make() const;
};

}  // namespace lacuna::metrics
