// Layers that add noise, only in training.
#pragma once
#include "lacuna/layers/in_training_alone.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// Adds normally distributed noise with standard deviation stddev. Dense only, since noise would change zeros
// too.
class GaussianNoise : public InTrainingAlone {
 public:
  explicit GaussianNoise(double stddev, const LayerOptions& options = {});

 protected:
  using InTrainingAlone::call;
  Symbol call(const Symbol& x) override;

 private:
  double stddev_;
};

// Multiplies by noise of mean 1 and deviation √(rate / (1 - rate)) (Srivastava et al., 2014). csr keeps its
// pattern.
class GaussianDropout : public InTrainingAlone {
 public:
  explicit GaussianDropout(double rate, const LayerOptions& options = {});

 protected:
  using InTrainingAlone::call;
  Symbol call(const Symbol& x) override;

 private:
  double rate_;
};

struct AlphaDropoutOptions {
  Shape noise_shape{};
  std::optional<uint64_t> seed{};
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// Dropout that keeps the mean and variance of the outputs of selu (Klambauer et al., 2017). Dense.
// noise_shape: as in Dropout.
class AlphaDropout : public InTrainingAlone {
 public:
  explicit AlphaDropout(double rate, const AlphaDropoutOptions& options = {});

 protected:
  using InTrainingAlone::call;
  Symbol call(const Symbol& x) override;

 private:
  double rate_;
  Shape noise_shape_;
};

}  // namespace layers
}  // namespace lacuna
