// Larger images: UpSampling of Keras.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

enum class Interpolation : uint8_t { nearest, bilinear };

// Makes each spatial axis of x, (batch, spatial axes…, channels), factors[axis] times as long. nearest: each
// value is repeated. bilinear: value p of an axis is the line between the values ⌊p / factor⌋ and the next at
// p / factor, as TensorFlow's resize_bilinear of Keras 2; beyond the last value that one is repeated.
Symbol upsample(const Symbol& x, const Shape& factors, bool channels_first = false,
                Interpolation interpolation = Interpolation::nearest);

}  // namespace lacuna
