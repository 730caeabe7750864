// The instruction set that kernels run with.
#pragma once
#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

// The best compiled one that this CPU has, by Highway's name: on x86-64 "AVX3" (AVX-512), "AVX2", "SSE4" or
// "SCALAR"; on aarch64 "NEON" or an SVE. Results are the same bit for bit only on one instruction set.
const char* instruction_set();

}  // namespace lacuna
