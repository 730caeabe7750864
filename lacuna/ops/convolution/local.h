// Convolution with a kernel of its own for each place.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// x: dense, (batch, one or two spatial axes, channels), whose sizes are known; kernel: (places of the result,
// size of the window · channels, filters). With channels_first, (batch, channels, spatial axes…), the values
// under a window are in that order too, as in Keras. Padding is valid.
Symbol local_convolution(const Symbol& x, const Symbol& kernel, const Shape& size, const Shape& strides,
                         bool channels_first = false);

}  // namespace lacuna
