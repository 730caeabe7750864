// Normalization by moments that were known before training, and Rescaling.
#pragma once
#include "lacuna/layers/features/feature.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

struct NormalizationOptions {
  // The axes that have moments of their own, the batch not among them; empty: one mean and variance for all
  // values.
  std::vector<int64_t> axis{-1};
  std::vector<double> mean{}, variance{};  // Given together, one for all or one a feature; else from adapt.
  bool invert = false;                     // From normalized values to those before.
  bool center = true;                      // False: values are only divided, so that csr keeps its zeros.
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// (x - mean) / max(√variance, 1e-7) for each feature. adapt computes mean and variance over all rows, zeros
// of csr among them; they are weights that do not learn. A csr input needs center=False.
class Normalization : public Feature {
 public:
  explicit Normalization(NormalizationOptions options = {});

 protected:
  void build(const std::vector<Shape>& input_shapes) override;
  Symbol call(const Symbol& x) override;

 private:
  std::shared_ptr<const NormalizationOptions> options_;
};

struct RescalingOptions {
  std::vector<double> offset{0};  // One number, or one a feature, as scale.
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// x scale + offset, over the last axis of x. csr needs offset 0.
class Rescaling : public Feature {
 public:
  explicit Rescaling(double scale, RescalingOptions options = {})
      : Rescaling(std::vector<double>{scale}, std::move(options)) {}
  explicit Rescaling(std::vector<double> scale, RescalingOptions options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  std::vector<double> scale_;
  std::shared_ptr<const RescalingOptions> options_;
};

}  // namespace layers
}  // namespace lacuna
