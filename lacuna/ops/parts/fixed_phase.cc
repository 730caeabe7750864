// The phase of ops that a thread makes.
#include "lacuna/ops/parts/fixed_phase.h"

namespace lacuna {
namespace {

thread_local bool always_trains = false;

}  // namespace

FixedPhase::FixedPhase(bool training) : before_(std::exchange(always_trains, training)) {}
FixedPhase::~FixedPhase() { always_trains = before_; }

bool FixedPhase::trains() { return always_trains; }

}  // namespace lacuna
