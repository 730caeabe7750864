// What layers of categories make of their ids: Keras' output_mode.
#pragma once
#include <string>
#include <vector>

#include "lacuna/ops/features/encode.h"

namespace lacuna::layers {

enum class OutputMode : uint8_t { ids, one_hot, multi_hot, count, tf_idf };

// Throws InvalidArgument unless it is one of the allowed ones, by Keras' names.
OutputMode output_mode_of(const std::string& layer, const std::string& name,
                          const std::vector<std::string>& allowed);

// The rows that the mode makes of ids (batch,) or (batch, k), or of any rank unless how.sparse; ids
// themselves in mode ids. how.mode is set by `mode`. weights: for count.
Symbol encoded(const std::string& layer, Symbol ids, OutputMode mode, Encode how, Symbol weights = {});

// The ids or strings of a layer's input: floats are taken for ids, which the user's whole numbers are fed as.
Symbol as_column(const std::string& layer, const Symbol& x);

}  // namespace lacuna::layers
