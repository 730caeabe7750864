// Strings and whole numbers as indices of a vocabulary, and back.
#pragma once
#include <memory>

#include "lacuna/features/learned.h"
#include "lacuna/features/lookup.h"
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

using SharedTable = std::shared_ptr<const features::Learned<features::LookupTable>>;

// x, strings or whole numbers of any shape -> the index of each by the rule, int64. The vocabulary is the one
// that the table holds in a run. No gradient.
Symbol look_up(const Symbol& x, const SharedTable& table, const features::LookupRule& rule);

// Indices of any shape, int32 or int64 -> the words that they stand for, strings; of index 0, where there is
// a mask, the masked one, and of those outside of the vocabulary `unknown`. No gradient.
Symbol words_of(const Symbol& indices, const SharedTable& table, const features::LookupRule& rule,
                const std::string& unknown);
// The same for a vocabulary of whole numbers: int64.
Symbol numbers_of(const Symbol& indices, const SharedTable& table, const features::LookupRule& rule,
                  int64_t unknown);

}  // namespace lacuna
