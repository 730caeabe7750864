// The area under a curve, exact: of all pairs of scores, ties counted half.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "lacuna/metrics/metrics.h"

namespace lacuna::metrics {

// curve "ROC": the chance that a sample with the label has a larger score than one without, ties counting
// half (Mann and Whitney). "PR": average precision, Σ (R_i - R_{i-1}) P_i over the different scores. Of
// several columns the average, in scikit-learn's words "macro", "weighted" (by how many samples have the
// label) or "micro" (all columns as one); or that of class_id. A column of one class alone has no area: it is
// left out of the average, and a warning says so; NaN where none is left.
//
// Keeps every score: 8 bytes a value of y_pred (16 of float64), and 8 a sample where there are weights.
// value() sorts them.
struct AUC {
  std::string curve = "ROC";
  std::string average = "macro";
  std::optional<Dim> class_id{};
  std::string name = "auc";

  std::shared_ptr<Metric> make() const;
};

}  // namespace lacuna::metrics
