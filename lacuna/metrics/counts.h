// Precision, recall and F1, from counts of what was predicted, what was true, and where both agree.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "lacuna/metrics/metrics.h"

namespace LACUNA_EXPORT lacuna {
namespace metrics {

// Settings of all three. A column is predicted if its value is above `threshold`. Without a threshold it is
// 0.5 for a binary output or one trained by binary_crossentropy or multi_hot_…; for others only the largest
// column is predicted. top_k: the k largest columns are predicted. class_id: the value of that column alone;
// else `average` over columns is, as in scikit-learn, "micro", "macro" or "weighted" (by the number of
// samples with the label). A quotient 0 / 0 is 0, as in scikit-learn. The state has three numbers per column.

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

}  // namespace metrics
}  // namespace lacuna
