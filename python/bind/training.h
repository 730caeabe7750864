// The training of models.
#pragma once
#include "lacuna/models/model.h"
#include "python/bind/bind.h"

namespace lacuna::bind {

// Defines compile, fit, evaluate, predict and single steps.
void def_training(nb::class_<Model>& model);

}  // namespace lacuna::bind
