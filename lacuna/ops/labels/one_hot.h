// Ids to rows of zeros and ones.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// Of ids (…), int32 or int64: (…, num_classes) with a 1 at each id. An id outside of [0, num_classes) has
// none, so that -1 may pad. `sparse`: csr, of ids of rank 1. In floatx; no gradient.
Symbol one_hot(const Symbol& ids, Dim num_classes, bool sparse = false);
// Of ids (…, k): (…, num_classes) with a 1 at each of the k. `sparse`: csr, of ids of rank 2.
Symbol multi_hot(const Symbol& ids, Dim num_classes, bool sparse = false);

}  // namespace lacuna
