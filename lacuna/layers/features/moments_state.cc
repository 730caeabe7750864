#include "lacuna/layers/features/moments_state.h"

#include <algorithm>
#include <cmath>

#include "lacuna/base/error.h"
#include "lacuna/graph/turn.h"

namespace lacuna::layers {

std::vector<size_t> kept_axes(const std::string& layer, const std::vector<int64_t>& axis, size_t rank) {
  std::vector<size_t> result;
  const auto n = static_cast<int64_t>(rank);
  for (const int64_t given : axis) {
    const int64_t place = given < 0 ? given + n : given;
    LACUNA_REQUIRE(place > 0 && place < n, layer,
                   ": axis must be one of the input, other than the batch. Received: axis=", given,
                   ", rank=", rank, ".");
    result.push_back(static_cast<size_t>(place));
  }
  std::ranges::sort(result);
  LACUNA_REQUIRE(std::ranges::adjacent_find(result) == result.end(), layer,
                 ": axis must name each axis once. Received: axis=", to_string(axis), ".");
  return result;
}

Spec MomentsState::wanted(const Spec& given) const {
  return {{}, DType::float64, given.storage == Storage::csr ? Storage::csr : Storage::dense};
}

void MomentsState::reset() {
  shape_ = {};
  count_ = 0;
}

void MomentsState::start(const Shape& shape) {
  Shape all = shape;
  if (all.size() == 1) all.push_back(1);  // Rows of one value.
  const Shape of_row(all.begin() + 1, all.end());
  LACUNA_REQUIRE(shape_.empty() || shape_ == of_row, layer_.name,
                 ": adapt: all parts must have rows of one shape. Received: ", to_string(of_row), ", before ",
                 to_string(shape_), ".");
  if (!shape_.empty()) return;
  shape_ = of_row;
  const auto kept = kept_axes(layer_.name, axis_, all.size());
  features_.assign(static_cast<size_t>(size_of(of_row)), 0);
  moments_.clear();
  for (const size_t axis : kept) moments_.push_back(all[axis]);
  for (size_t i = 0; i < features_.size(); ++i) {
    size_t rest = i, stride = 1;
    for (size_t axis = all.size(); axis-- > 1;) {  // From the last one on.
      const auto size = static_cast<size_t>(all[axis]);
      if (std::ranges::count(kept, axis)) features_[i] += rest % size * stride, stride *= size;
      rest /= size;
    }
  }
  const auto count = static_cast<size_t>(size_of(moments_));
  shift_.assign(count, 0);
  sum_.assign(count, 0);
  squares_.assign(count, 0);
}

void MomentsState::update(const Tensor& values) {
  start(values.shape());
  if (values.storage() == Storage::csr) add(values.csr());
  else add(values.dense());
  if (!sum_.empty()) {
    const size_t of_each = features_.size() / sum_.size();
    count_ += static_cast<double>(values.rows()) * static_cast<double>(of_each);
  }
}

void MomentsState::add(const tensor::Dense& values) {
  const auto x = values.values<double>();
  const size_t width = features_.size();
  if (count_ == 0)
    for (size_t i = 0; i < std::min(width, x.size()); ++i) shift_[features_[i]] = x[i];
  for (size_t row = 0; width > 0 && row < x.size() / width; ++row)
    for (size_t i = 0; i < width; ++i) {
      const size_t f = features_[i];
      const double d = x[row * width + i] - shift_[f];
      sum_[f] += d;
      squares_[f] += d * d;
    }
}

void MomentsState::add(const tensor::Csr& values) {
  const auto x = values.values<double>();
  with_index(values, [&](auto indices, auto indptr) {
    for (auto k = static_cast<size_t>(indptr[0]); k < static_cast<size_t>(indptr.back()); ++k) {
      const size_t f = features_[static_cast<size_t>(indices[k])];
      sum_[f] += x[k];
      squares_[f] += x[k] * x[k];
    }
  });
}

void MomentsState::finalize() {
  LACUNA_REQUIRE(count_ > 0, layer_.name, ": adapt: there must be rows. Received: none.");
  std::vector<double> mean(sum_.size()), variance(sum_.size());
  for (size_t f = 0; f < sum_.size(); ++f) {
    const double about_shift = sum_[f] / count_, square = squares_[f] / count_;
    LACUNA_REQUIRE(std::isfinite(square), layer_.name,
                   ": adapt: values must be finite. Received: NaN or infinity in feature ", f, ".");
    mean[f] = shift_[f] + about_shift;
    variance[f] = std::max(0.0, square - about_shift * about_shift);
  }
  std::vector<tensor::Dense> weights{tensor::Dense::of<double>(moments_, mean),
                                     tensor::Dense::of<double>(moments_, variance)};
  input_ = shape_;
  input_.insert(input_.begin(), None);
  reset();
  if (!layer_.built) layer_.first_weights = std::move(weights);
  else Layer(std::shared_ptr<LayerState>(std::shared_ptr<void>(), &layer_)).set_weights(weights);
}

}  // namespace lacuna::layers
