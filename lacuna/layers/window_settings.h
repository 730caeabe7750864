// Settings that layers of convolution and pooling share.
#pragma once
#include <string>

#include "lacuna/base/settings.h"
#include "lacuna/tensor/spec.h"

namespace lacuna::layers {

// data_format: 'channels_last', which None means too, or 'channels_first'.
void data_format_setting(Settings& s, std::string& data_format);
// Whether channels are first. Throws unless it is one of the two.
bool is_channels_first(const std::string& where, const std::string& data_format);

// Makes a list of `rank` positive numbers of one number, of none (`otherwise` for each) or of that many.
void spread_over_axes(const std::string& where, const char* name, Shape& list, size_t rank,
                      Dim otherwise = 1);

// Throws unless x is dense and of rank `spatial` + 2.
void require_rank(const std::string& where, const Shape& x,
                  size_t spatial);  // The shape alone, where a layer is built.
void require_spatial(const std::string& where, const Spec& x, size_t spatial);

}  // namespace lacuna::layers
