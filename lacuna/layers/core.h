// Layers without weights: activation, dropout, shape.
#pragma once
#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/layer.h"

namespace lacuna::layers {

// activation(x). csr is taken where zero stays zero.
class Activation : public Layer {
 public:
  explicit Activation(Arg<activations::Activation> activation, const LayerOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  Arg<activations::Activation> activation_;
};

struct DropoutOptions {
  Shape noise_shape{};  // Not supported yet: one that is given is an error.
  std::optional<uint64_t> seed{};
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// In training each value is 0 with probability `rate`, else divided by 1 - rate. csr keeps its pattern.
class Dropout : public Layer {
 public:
  explicit Dropout(double rate, const DropoutOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  double rate_;
};

// (batch, all else). csr passes through.
class Flatten : public Layer {
 public:
  explicit Flatten(const LayerOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;
};

// Another shape for each row of the batch; one dimension may be -1.
class Reshape : public Layer {
 public:
  explicit Reshape(Shape target_shape, const LayerOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  Shape target_shape_;
};

}  // namespace lacuna::layers
