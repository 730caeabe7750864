// The control word of floating-point numbers.
#include "lacuna/base/threads.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lacuna {
namespace {

#if defined(__x86_64__)
constexpr unsigned kFlush = 0x8040;  // FTZ | DAZ
unsigned long long control_word() { return _mm_getcsr(); }
void set_control_word(unsigned long long word) { _mm_setcsr(static_cast<unsigned>(word)); }
#elif defined(__aarch64__)
constexpr unsigned long long kFlush = 1ull << 24;  // FZ
unsigned long long control_word() { return __builtin_aarch64_get_fpcr64(); }
void set_control_word(unsigned long long word) { __builtin_aarch64_set_fpcr64(word); }
#endif

}  // namespace

FlushDenormals::FlushDenormals() : saved_(control_word()) { set_control_word(saved_ | kFlush); }
FlushDenormals::~FlushDenormals() { set_control_word(saved_); }

}  // namespace lacuna
