// Initializers whose values depend on each other, so that no row can be drawn by itself.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>

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

// One of one's own: a function that gives the values of a weight of that shape, in C order; by_name and
// config as in Constraint::from_function.
Ptr from_function(std::function<tensor::Dense(const Shape&)> function, std::string name = "function",
                  std::optional<Config> config = {});

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
