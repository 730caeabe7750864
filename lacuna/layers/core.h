// Layers without weights: activation, dropout, masks, shape.
#pragma once
#include <functional>

#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/in_training_alone.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// activation(x). csr is allowed if activation(0) = 0.
class Activation : public Layer {
 public:
  explicit Activation(Arg<activations::Activation> activation, const LayerOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  Arg<activations::Activation> activation_;
};

struct DropoutOptions {
  Shape noise_shape{};
  std::optional<uint64_t> seed{};
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// In training each value is 0 with probability `rate`, else divided by 1 - rate. csr keeps its pattern.
// noise_shape has the rank of the input: along an axis where it is 1, all values are dropped or kept
// together; elsewhere it is None or the size of the input.
class Dropout : public InTrainingAlone {
 public:
  explicit Dropout(double rate, const DropoutOptions& options = {});

 protected:
  using InTrainingAlone::call;
  Symbol call(const Symbol& x) override;

 private:
  double rate_;
  Shape noise_shape_;
};

struct SpatialDropoutOptions {
  std::string data_format = "channels_last";
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// The base of the layers below: drops whole features of (batch, spatial axes…, features).
class SpatialDropout : public InTrainingAlone {
 protected:
  SpatialDropout(const char* class_name, double rate, size_t spatial, const SpatialDropoutOptions& options);
  using InTrainingAlone::call;
  Symbol call(const Symbol& x) override;

 private:
  double rate_;
  Shape noise_shape_;
};

class SpatialDropout1D : public SpatialDropout {
 public:
  explicit SpatialDropout1D(double rate, const SpatialDropoutOptions& options = {});
};
class SpatialDropout2D : public SpatialDropout {
 public:
  explicit SpatialDropout2D(double rate, const SpatialDropoutOptions& options = {});
};
class SpatialDropout3D : public SpatialDropout {
 public:
  explicit SpatialDropout3D(double rate, const SpatialDropoutOptions& options = {});
};

// A step whose features all equal mask_value does not count: its mask is 0, and its features become 0.
class Masking : public Layer {
 public:
  explicit Masking(double mask_value = 0, const LayerOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;
  Symbol compute_mask(const std::vector<Symbol>& inputs, const std::vector<Symbol>& masks) override;

 private:
  Symbol counted(const Symbol& x, bool keepdims) const;

  double mask_value_;
};

struct FlattenOptions {
  std::string data_format = "channels_last";
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// (batch, all other dimensions), with the channels last; if they are first they are moved. csr passes
// through.
class Flatten : public Layer {
 public:
  explicit Flatten(const FlattenOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  bool channels_first_;
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

// Another order of the dimensions of each row of the batch: dims counts from 1, {2, 1} turns (batch, a, b) to
// (batch, b, a).
class Permute : public Layer {
 public:
  explicit Permute(Shape dims, const LayerOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  Shape dims_;
};

// (batch, features) to (batch, n, features).
class RepeatVector : public Layer {
 public:
  explicit RepeatVector(Dim n, const LayerOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  Dim n_;
};

// Returns x and adds l1 Σ|x| + l2 Σx² to the loss.
class ActivityRegularization : public Layer {
 public:
  explicit ActivityRegularization(double l1 = 0, double l2 = 0, const LayerOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;
  Symbol activity_loss(const Symbol& output) override;

 private:
  double l1_, l2_;
};

// A function of symbols as a layer; it runs while the graph is built, and has no weights.
class Lambda : public Layer {
 public:
  using Function = std::function<Symbol(const Symbol&)>;
  using FunctionOfSeveral = std::function<Symbol(const std::vector<Symbol>&)>;
  explicit Lambda(Function function, const LayerOptions& options = {});
  explicit Lambda(FunctionOfSeveral function, const LayerOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;
  Symbol call(const std::vector<Symbol>& inputs) override;

 private:
  Function function_{};
  FunctionOfSeveral of_several_{};
};

}  // namespace layers
}  // namespace lacuna
