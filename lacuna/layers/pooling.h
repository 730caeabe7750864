// Layers that pool over windows, and over all steps or places.
#pragma once
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

struct PoolingOptions {
  Shape strides{};  // The size of the window unless given.
  std::string padding = "valid", data_format = "channels_last";
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// The base of the layers below: the largest value, or the mean, under a window. Padding does not count.
class Pooling : public Layer {
 protected:
  Pooling(const char* class_name, bool largest, Shape pool_size, size_t spatial, PoolingOptions options);
  Symbol call(const Symbol& x) override;

 private:
  bool largest_;
  Shape size_;
  PoolingOptions options_;
};

class MaxPooling1D : public Pooling {
 public:
  explicit MaxPooling1D(Shape pool_size = {2}, PoolingOptions options = {});
};
class MaxPooling2D : public Pooling {
 public:
  explicit MaxPooling2D(Shape pool_size = {2, 2}, PoolingOptions options = {});
};
class MaxPooling3D : public Pooling {
 public:
  explicit MaxPooling3D(Shape pool_size = {2, 2, 2}, PoolingOptions options = {});
};
class AveragePooling1D : public Pooling {
 public:
  explicit AveragePooling1D(Shape pool_size = {2}, PoolingOptions options = {});
};
class AveragePooling2D : public Pooling {
 public:
  explicit AveragePooling2D(Shape pool_size = {2, 2}, PoolingOptions options = {});
};
class AveragePooling3D : public Pooling {
 public:
  explicit AveragePooling3D(Shape pool_size = {2, 2, 2}, PoolingOptions options = {});
};

struct GlobalPoolingOptions {
  std::string data_format = "channels_last";
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// The base of the layers below: (batch, spatial axes…, channels) to (batch, channels).
class GlobalPooling : public Layer {
 protected:
  GlobalPooling(const char* class_name, size_t spatial, const GlobalPoolingOptions& options);
  const std::vector<int>& axes() const { return axes_; }  // The spatial ones.
  void require(const Symbol& x) const;

 private:
  std::vector<int> axes_{};
};

class GlobalAveragePooling : public GlobalPooling {
 protected:
  using GlobalPooling::GlobalPooling;
  Symbol call(const Symbol& x) override;
};
// As in Keras it does not support masks.
class GlobalMaxPooling : public GlobalPooling {
 protected:
  using GlobalPooling::GlobalPooling;
  Symbol call(const Symbol& x) override;
};

// (batch, steps, features) to (batch, features): the mean over the steps that count; 0 if none does.
class GlobalAveragePooling1D : public GlobalAveragePooling {
 public:
  explicit GlobalAveragePooling1D(const GlobalPoolingOptions& options = {});

 protected:
  using GlobalAveragePooling::call;
  Symbol call(const Symbol& x, const Symbol& mask) override;
  Symbol compute_mask(const std::vector<Symbol>& inputs, const std::vector<Symbol>& masks) override;
};
class GlobalAveragePooling2D : public GlobalAveragePooling {
 public:
  explicit GlobalAveragePooling2D(const GlobalPoolingOptions& options = {});
};
class GlobalAveragePooling3D : public GlobalAveragePooling {
 public:
  explicit GlobalAveragePooling3D(const GlobalPoolingOptions& options = {});
};
class GlobalMaxPooling1D : public GlobalMaxPooling {
 public:
  explicit GlobalMaxPooling1D(const GlobalPoolingOptions& options = {});
};
class GlobalMaxPooling2D : public GlobalMaxPooling {
 public:
  explicit GlobalMaxPooling2D(const GlobalPoolingOptions& options = {});
};
class GlobalMaxPooling3D : public GlobalMaxPooling {
 public:
  explicit GlobalMaxPooling3D(const GlobalPoolingOptions& options = {});
};

using MaxPool1D = MaxPooling1D;
using MaxPool2D = MaxPooling2D;
using MaxPool3D = MaxPooling3D;
using AvgPool1D = AveragePooling1D;
using AvgPool2D = AveragePooling2D;
using AvgPool3D = AveragePooling3D;
using GlobalAvgPool1D = GlobalAveragePooling1D;
using GlobalAvgPool2D = GlobalAveragePooling2D;
using GlobalAvgPool3D = GlobalAveragePooling3D;
using GlobalMaxPool1D = GlobalMaxPooling1D;
using GlobalMaxPool2D = GlobalMaxPooling2D;
using GlobalMaxPool3D = GlobalMaxPooling3D;

}  // namespace layers
}  // namespace lacuna
