// A target for libFuzzer: LACUNA_FUZZ_TARGET names it.
#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  lacuna::fuzz::LACUNA_FUZZ_TARGET({data, size});
  return 0;
}
