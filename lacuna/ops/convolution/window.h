// A window that moves over the spatial axes of x, (batch, one to three spatial axes, channels), as in
// convolution and pooling.
#pragma once
#include <string>

#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// valid: the window stays within x. same: x is padded on both sides, so that at stride 1 the size stays.
// causal: x is padded before its start alone, so that no output depends on what comes later.
enum class Padding : uint8_t { valid, same, causal };
// Throws unless the name is 'valid', 'same' or, if it is allowed, 'causal'. `where` starts the message.
Padding padding_from_name(const std::string& where, const std::string& name, bool causal = false);

// Each list has a number for each spatial axis.
struct Window {
  Shape size{};
  Shape strides{}, dilation{};  // 1 unless given
  Padding padding = Padding::valid;
};

}  // namespace lacuna
