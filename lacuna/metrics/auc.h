// The exact area under a curve, from all pairs of scores, where ties count half.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "lacuna/metrics/metrics.h"

namespace LACUNA_EXPORT lacuna {
namespace metrics {

// curve "ROC": the probability that a sample with the label has a larger score than one without, ties
// counting half (Mann and Whitney). "PR": average precision, Σ (R_i - R_{i-1}) P_i over the distinct scores.
// For several columns, their average as in scikit-learn: "macro", "weighted" (by the number of samples with
// the label) or "micro" (all columns as one); or the area of column class_id alone. A column of one class
// only has no area: it is left out of the average, with a warning; NaN if no column is left.
//
// Memory: keeps every score, at 8 bytes per value of y_pred (16 for float64), and 8 bytes per sample if there
// are weights. value() sorts the scores.
struct AUC {
  std::string curve = "ROC";
  std::string average = "macro";
  std::optional<Dim> class_id{};
  std::string name = "auc";

  std::shared_ptr<Metric> make() const;
};

}  // namespace metrics
}  // namespace lacuna
