// Which of the compiled instruction sets kernels run with.
#pragma once

namespace lacuna {

// The best one that this CPU has, in Highway's words: on x86-64 "AVX3" (AVX-512), "AVX2", "SSE4" or
// "SCALAR"; on aarch64 "NEON" or an SVE. The same bits hold on one of them.
const char* instruction_set();

}  // namespace lacuna
