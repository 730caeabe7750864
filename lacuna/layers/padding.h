// Layers that add zeros around each sample, cut its ends off, or make it larger.
#pragma once
#include <utility>

#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// How many in front and behind, for each spatial axis.
using Ends = std::vector<std::pair<Dim, Dim>>;

struct PaddingOptions {
  std::string data_format = "channels_last";
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// The base of ZeroPadding and Cropping.
class PadsOrCrops : public Layer {
 protected:
  PadsOrCrops(const char* class_name, bool crops, size_t spatial, const Ends& ends,
              const PaddingOptions& options);
  Symbol call(const Symbol& x) override;

 private:
  bool crops_, channels_first_;
  Ends ends_;
};

// Zeros around (batch, steps, channels), (batch, rows, columns, channels), ….
class ZeroPadding1D : public PadsOrCrops {
 public:
  explicit ZeroPadding1D(const Ends& padding = {{1, 1}}, const PaddingOptions& options = {});
};
class ZeroPadding2D : public PadsOrCrops {
 public:
  explicit ZeroPadding2D(const Ends& padding = {{1, 1}, {1, 1}}, const PaddingOptions& options = {});
};
class ZeroPadding3D : public PadsOrCrops {
 public:
  explicit ZeroPadding3D(const Ends& padding = {{1, 1}, {1, 1}, {1, 1}}, const PaddingOptions& options = {});
};

// Takes as many values away at the ends.
class Cropping1D : public PadsOrCrops {
 public:
  explicit Cropping1D(const Ends& cropping = {{1, 1}}, const PaddingOptions& options = {});
};
class Cropping2D : public PadsOrCrops {
 public:
  explicit Cropping2D(const Ends& cropping = {{0, 0}, {0, 0}}, const PaddingOptions& options = {});
};
class Cropping3D : public PadsOrCrops {
 public:
  explicit Cropping3D(const Ends& cropping = {{1, 1}, {1, 1}, {1, 1}}, const PaddingOptions& options = {});
};

struct UpSamplingOptions {
  std::string data_format = "channels_last";
  std::string interpolation = "nearest";  // Of UpSampling2D also 'bilinear'.
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// The base of the layers below: each spatial axis becomes `size` times as long.
class UpSampling : public Layer {
 protected:
  UpSampling(const char* class_name, size_t spatial, Shape size, const UpSamplingOptions& options);
  Symbol call(const Symbol& x) override;

  Shape size_;
  UpSamplingOptions options_;
};

class UpSampling1D : public UpSampling {
 public:
  explicit UpSampling1D(Shape size = {2}, const UpSamplingOptions& options = {});
};
class UpSampling2D : public UpSampling {
 public:
  explicit UpSampling2D(Shape size = {2, 2}, const UpSamplingOptions& options = {});
};
class UpSampling3D : public UpSampling {
 public:
  explicit UpSampling3D(Shape size = {2, 2, 2}, const UpSamplingOptions& options = {});
};

}  // namespace layers
}  // namespace lacuna
