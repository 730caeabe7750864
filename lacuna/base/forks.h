// Which children draw for themselves.
#pragma once
#include <cstdint>

namespace lacuna {

// How often this process, or one that it comes from, began by a fork without a seed: what was drawn before,
// such as the key of dropout's masks, is to be drawn anew, or all children would share it.
uint64_t forks_without_seed();

}  // namespace lacuna
