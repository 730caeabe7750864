// upsample is a transposed depthwise convolution with a fixed kernel whose stride is the factor: ones repeat
// a value, a triangle of twice the width interpolates.
#include "lacuna/ops/convolution/resize.h"

#include <cmath>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/convolution/channels.h"
#include "lacuna/ops/convolution/convolution_op.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/shape/concatenate.h"
#include "lacuna/ops/shape/pad.h"
#include "lacuna/ops/shape/slice.h"

namespace lacuna {
namespace {

// The same kernel (sizes…, channels, 1) for each channel: the product over axes of weight(axis, place).
template <class F>
Symbol fixed_kernel(const Shape& sizes, Dim channels, DType dtype, const F& weight) {
  Shape shape = sizes;
  shape.push_back(channels);
  shape.push_back(1);
  std::vector<double> values(static_cast<size_t>(size_of(shape)));
  for (size_t i = 0; i < values.size(); ++i) {
    double product = 1;
    Dim rest = static_cast<Dim>(i) / channels;
    for (size_t axis = sizes.size(); axis-- > 0; rest /= sizes[axis])
      product *= weight(axis, rest % sizes[axis]);
    values[i] = product;
  }
  const Symbol kernel = constant(tensor::Dense::of<double>(shape, values));
  return kernel.dtype() == dtype ? kernel : cast(kernel, dtype);
}

Symbol spread(const Symbol& x, const Symbol& kernel, const Shape& sizes, const Shape& factors) {
  Shape more;
  for (size_t i = 0; i < sizes.size(); ++i) more.push_back(sizes[i] - factors[i]);
  const Window window{.size = sizes, .strides = factors};
  return lacuna::apply(std::make_shared<Convolving>(Convolving::kX, window, 1, more), {x, kernel});
}

Symbol bilinear(Symbol x, const Shape& factors) {
  const Dim channels = x.shape().back();
  Shape sizes;
  std::vector<Dim> before(x.rank()), after(x.rank());
  for (size_t i = 0; i < factors.size(); ++i) {
    const int axis = static_cast<int>(i) + 1;
    x = concatenate({x, slice(x, axis, -1, INT64_MAX, 1)}, axis);  // The last value once more.
    sizes.push_back(2 * factors[i] - 1);
    before[i + 1] = 1 - factors[i];
    after[i + 1] = -factors[i];  // What lies beyond the last value.
  }
  const Symbol kernel = fixed_kernel(sizes, channels, x.dtype(), [&](size_t axis, Dim place) {
    const auto factor = static_cast<double>(factors[axis]);
    return 1 - std::abs(static_cast<double>(place) - (factor - 1)) / factor;
  });
  return pad(spread(x, kernel, sizes, factors), before, after);
}

}  // namespace

Symbol upsample(const Symbol& x, const Shape& factors, bool first, Interpolation interpolation) {
  LACUNA_REQUIRE(
      x.rank() == factors.size() + 2 && x.storage() == Storage::dense && is_float(x.dtype()) &&
          std::ranges::all_of(factors, [](Dim f) { return f > 0; }),
      "upsample: x must be dense, of floats, and have the batch, a spatial axis for each factor, and "
      "channels; factors must be positive. Received: x=",
      x.spec(), ", factors=", to_string(factors), ".");
  return with_channels_last(x, first, [&](const Symbol& turned) {
    const Dim channels = turned.shape().back();
    LACUNA_REQUIRE(channels != None, "upsample: the number of channels must be known. Received: x=", x.spec(),
                   ".");
    if (interpolation == Interpolation::bilinear) return bilinear(turned, factors);
    const Symbol ones = fixed_kernel(factors, channels, x.dtype(), [](size_t, Dim) { return 1.0; });
    return spread(turned, ones, factors, factors);
  });
}

}  // namespace lacuna
