// Finds the heaviest rows of weights.
#include "lacuna/models/heaviest.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "lacuna/graph/variable.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna::models {
namespace {

struct RowNorm {
  double norm;
  int64_t id;
  size_t place;
};

// ids: of the rows that are stored; none: all rows are.
void find_heaviest(std::span<const double> values, std::span<const int64_t> ids, size_t count,
                   HeavyWeight& to) {
  const auto width = static_cast<size_t>(to.shape[1]);
  std::vector<RowNorm> all;
  to.touched = static_cast<int64_t>(values.size() / width);
  for (size_t place = 0; place < values.size() / width; ++place) {
    double sum = 0;
    for (const double value : values.subspan(place * width, width)) sum += value * value;
    if (sum != 0)
      all.push_back({std::sqrt(sum), ids.empty() ? static_cast<int64_t>(place) : ids[place], place});
  }
  const size_t kept = std::min(count, all.size());
  std::partial_sort(
      all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept), all.end(),
      [](const RowNorm& a, const RowNorm& b) { return a.norm != b.norm ? a.norm > b.norm : a.id < b.id; });
  for (size_t i = 0; i < kept; ++i) {
    const auto row = values.subspan(all[i].place * width, width);
    to.rows.push_back({all[i].id, all[i].norm, {row.begin(), row.end()}});
  }
}

}  // namespace

std::vector<HeavyWeight> heaviest(Model& model, Dim columns, size_t count) {
  std::vector<HeavyWeight> result;
  for (const auto& layer : model.network().layers())
    for (const layers::Weight& weight : layer->weights) {
      const Spec& spec = weight.variable->spec();
      if (spec.shape.size() != 2 || spec.shape[0] != columns || !is_float(spec.dtype)) continue;
      HeavyWeight& one = result.emplace_back(HeavyWeight{weight.variable->name(), spec.shape});
      const Tensor values = cast(weight.variable->copy(), DType::float64);
      if (values.storage() == Storage::row_sparse)
        find_heaviest(values.row_sparse().values<double>(), values.row_sparse().row_ids(), count, one);
      else find_heaviest(values.dense().values<double>(), {}, count, one);
    }
  return result;
}

}  // namespace lacuna::models
