// Finds the instruction set of kernels: a function that is dispatched as they are returns its name.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/base/instruction_set.cc"
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/base/instruction_set.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::HWY_NAMESPACE {
const char* name() { return hwy::TargetName(HWY_TARGET); }
}  // namespace lacuna::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lacuna {
HWY_EXPORT(name);

const char* instruction_set() { return HWY_DYNAMIC_DISPATCH(name)(); }

}  // namespace lacuna
#endif
