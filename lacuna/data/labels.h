// Labels as a loss wants them: -1 and 1 as 0 and 1, or the classes 1, 2, 3 as 0, 1, 2.
#pragma once
#include <utility>
#include <vector>

#include "lacuna/data/dataset.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

// Each label, and what it becomes.
using LabelMap = std::vector<std::pair<double, double>>;

// The same rows in the same order; each value of the dense targets becomes what the map says. Another value
// is an InvalidArgument in a pass. Values become those of the target's dtype. Throws InvalidArgument if the
// map is empty or has a label twice, or if a target is csr.
Dataset map_labels(const Dataset& dataset, LabelMap labels);

}  // namespace data
}  // namespace lacuna
