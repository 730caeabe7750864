// How often this process has asked for memory: operator new is replaced in allocations.cc, for the library too.
#pragma once
#include <cstdint>

namespace lacuna {

int64_t allocations();

}  // namespace lacuna
