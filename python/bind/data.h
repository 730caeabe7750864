// Arguments that readers of data files share.
#pragma once
#include "lacuna/data/libsvm.h"
#include "python/bind/bind.h"

namespace lacuna::bind {

data::ZeroBased to_zero_based(const char* where, nb::handle given);  // True, False or 'auto'.

}  // namespace lacuna::bind
