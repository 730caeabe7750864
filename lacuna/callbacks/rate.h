// The learning rate of the optimizer that a callback's model was compiled with.
#pragma once
#include "lacuna/training/callback.h"

namespace lacuna {
class Variable;
}

namespace lacuna::callbacks {

Variable& rate_of(Trainer& trainer);
// Callbacks later in the list see it as "lr".
void log_rate(Logs& logs, double rate);
// what: "LearningRateScheduler setting".
void print_rate(int epoch, const char* what, double rate);

}  // namespace lacuna::callbacks
