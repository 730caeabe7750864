// What the bindings of layers share.
#pragma once
#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/layer.h"
#include "python/bind/argument.h"

namespace lacuna::bind {

using layers::LayerOptions;
using Initializer = Arg<initializers::Initializer>;
using Regularizer = Arg<regularizers::Regularizer>;
using Constraint = Arg<constraints::Constraint>;
using Activation = Arg<activations::Activation>;

// None is an argument that is not given.
template <class A>
A or_none(const A* argument) {
  return argument ? *argument : A();
}

}  // namespace lacuna::bind
