// Ids as rows of zeros and ones.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// ids (…), int32 or int64 -> (…, num_classes) with a 1 at each id. An id outside of [0, num_classes) gives
// zeros only, so that -1 can be padding. `sparse`: csr, for ids of rank 1. The dtype is floatx; no gradient.
Symbol one_hot(const Symbol& ids, Dim num_classes, bool sparse = false);
// ids (…, k) -> (…, num_classes) with a 1 at each of the k ids. `sparse`: csr, for ids of rank 2.
Symbol multi_hot(const Symbol& ids, Dim num_classes, bool sparse = false);

}  // namespace lacuna
