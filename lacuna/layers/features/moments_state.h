// Mean and variance of each feature over all rows that adapt looks at.
#pragma once
#include <vector>

#include "lacuna/layers/features/feature.h"

namespace lacuna::layers {

// The axes of values of that shape, the batch first, which have moments of their own: sorted, without the
// batch. `axis`: as the layer is given them.
std::vector<size_t> kept_axes(const std::string& layer, const std::vector<int64_t>& axis, size_t rank);

class MomentsState final : public FeatureState {
 public:
  // The layer's first two weights become mean and variance, or will when they are made.
  MomentsState(LayerState& layer, std::vector<int64_t> axis) : layer_(layer), axis_(std::move(axis)) {}

  void reset() override;
  void update(const Tensor& values) override;
  void finalize() override;
  Spec wanted(const Spec& given) const override;
  Shape input_shape() const override { return input_; }
  // Weights are kept as such.
  Kept kept() const override { return {}; }
  std::function<void()> restorer(const Kept&) override {
    return [] {};
  }

 private:
  void start(const Shape& shape);
  void add(const tensor::Dense& values);
  void add(const tensor::Csr& values);

  LayerState& layer_;  // Which owns this.
  const std::vector<int64_t> axis_;
  Shape input_{};                   // Of what adapt saw last.
  Shape shape_{};                   // Of the values, without the rows.
  Shape moments_{};                 // Of mean and variance.
  std::vector<size_t> features_{};  // The feature of each value of a row.
  // Sums of values less a value of their feature, so that large values lose no digits.
  std::vector<double> shift_{}, sum_{}, squares_{};
  double count_ = 0;  // Values of each feature.
};

}  // namespace lacuna::layers
