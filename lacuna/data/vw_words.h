// The features of Vowpal Wabbit's text, each with the column that it has.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/data/read.h"

namespace lacuna::data {

// Calls add(column, "namespace^feature") for each feature that is read. part: the input of data::vw.
void vw_words(const std::vector<std::string>& paths, const ReadOptions& options, const RowPart& part,
              const std::function<void(Dim column, std::string_view word)>& add);

}  // namespace lacuna::data
