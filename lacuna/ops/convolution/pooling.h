// The largest value, or the mean, under a window that moves over the spatial axes.
#pragma once
#include "lacuna/ops/convolution/window.h"

namespace LACUNA_EXPORT lacuna {

enum class Pool : uint8_t { max, average };

struct PoolingOptions {
  Shape strides{};  // The size of the window unless given.
  Padding padding = Padding::valid;
  bool channels_first = false;
  Pool mode = Pool::max;
};

// x: dense, (batch, one to three spatial axes, channels). Padding does not count: neither for the largest
// value nor for the mean. Of several largest values the first gets the gradient.
Symbol pooling(const Symbol& x, const Shape& size, const PoolingOptions& options = {});

}  // namespace lacuna
