// Initializers whose values depend on each other, so that no row can be drawn by itself.
#pragma once
#include <span>

#include "lacuna/graph/variable.h"
#include "lacuna/layers/initializers/initializers.h"

namespace LACUNA_EXPORT lacuna {
namespace initializers {

struct OfWhole : Initializer {
  // The values of a dense weight, in C order.
  virtual void fill(const Shape& shape, std::span<double> values) const = 0;
  // Zeros: what a weight holds until it is filled.
  Draw draw(const Shape& shape) const final;
};

// A variable with the values of any initializer.
VariablePtr filled(const std::string& name, const Spec& spec, const Initializer& initializer);

// gain Q, where the rows or the columns of Q, whichever are fewer, are orthonormal. All axes but the last
// make the rows. Saxe et al., ICLR 2014.
struct Orthogonal {
  double gain = 1;
  Seed seed{};
  Ptr make() const;
};

}  // namespace initializers
}  // namespace lacuna
