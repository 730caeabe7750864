// Tells a forked child process that it must draw its own random numbers.
#pragma once
#include <cstdint>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

// The number of forks without a seed that led to this process. After one, keys that were drawn before, such
// as that of dropout's masks, must be drawn again, or all children would share them.
uint64_t forks_without_seed();

}  // namespace lacuna
