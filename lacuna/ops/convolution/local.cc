// local_convolution: the values under all windows become a matrix for each place, (batch, values), which is
// multiplied by the kernel of that place.
#include "lacuna/ops/convolution/local.h"

#include "lacuna/base/error.h"
#include "lacuna/ops/convolution/channels.h"
#include "lacuna/ops/convolution/walk.h"
#include "lacuna/ops/products/batch_dot.h"
#include "lacuna/ops/shape/concatenate.h"
#include "lacuna/ops/shape/reshape.h"
#include "lacuna/ops/shape/slice.h"

namespace lacuna {
namespace {

// (batch, places of the result…, values under the window), channel by channel or place by place.
Symbol seen(const Symbol& x, const Shape& size, const Shape& strides, const Shape& out, bool by_channel) {
  std::vector<Symbol> taps;
  for (Dim tap = 0; tap < size_of(size); ++tap) {
    Symbol part = x;
    Dim rest = tap;
    for (size_t axis = size.size(); axis-- > 0; rest /= size[axis]) {
      const Dim start = rest % size[axis];
      part = slice(part, static_cast<int>(axis) + 1, start, start + (out[axis] - 1) * strides[axis] + 1,
                   strides[axis]);
    }
    taps.push_back(by_channel ? expand_dims(part, -1) : part);
  }
  return concatenate(taps, -1);
}

}  // namespace

Symbol local_convolution(const Symbol& x, const Symbol& kernel, const Shape& size, const Shape& strides,
                         bool first) {
  const size_t spatial = size.size();
  LACUNA_REQUIRE(
      (spatial == 1 || spatial == 2) && strides.size() == spatial && x.rank() == spatial + 2 &&
          x.storage() == Storage::dense && kernel.rank() == 3,
      "local_convolution: x must be dense and have the batch, one or two spatial axes and channels, "
      "and the kernel rank 3. Received: x=",
      x.spec(), ", kernel=", kernel.spec(), ", window=", to_string(size), ".");
  return with_channels_last(x, first, [&](const Symbol& turned) {
    Shape out;
    Dim places = 1;
    for (size_t i = 0; i < spatial; ++i) {
      const Dim in = turned.shape()[i + 1];
      LACUNA_REQUIRE(
          in >= size[i] && size[i] > 0 && strides[i] > 0,
          "local_convolution: the spatial sizes of x must be known and at least those of the window. "
          "Received: x=",
          x.spec(), ", window=", to_string(size), ", strides=", to_string(strides), ".");
      out.push_back((in - size[i]) / strides[i] + 1);
      places *= out.back();
    }
    const Dim values = size_of(size) * turned.shape().back(), filters = kernel.shape()[2];
    LACUNA_REQUIRE(kernel.shape()[0] == places && kernel.shape()[1] == values,
                   "local_convolution: the kernel must have the shape (", places, ", ", values,
                   ", filters). Received: kernel=", kernel.spec(), ".");
    const Symbol patches = reshape(seen(turned, size, strides, out, first), {places, values});
    const Symbol y = batch_dot(permute_dimensions(patches, {1, 0, 2}), kernel, 2, 1);
    out.push_back(filters);
    return reshape(permute_dimensions(y, {1, 0, 2}), out);
  });
}

}  // namespace lacuna
