// Adagrad.
#include "lacuna/optimizers/adagrad.h"

namespace lacuna::optimizers {
namespace {

struct Sums : Formula {
  Sums(double epsilon_, double first_) : epsilon(epsilon_), first(first_) {}
  double epsilon, first;
  bool moves_without_gradient() const { return false; }
  template <class T>
  kernels::Adagrad<T> step(double rate, double) const {
    return {static_cast<T>(rate), static_cast<T>(epsilon), static_cast<T>(first)};
  }
};

void adagrad_list(Settings& s, Adagrad& o) {
  list_common(s, o);
  s("epsilon", o.epsilon)("initial_accumulator_value", o.initial_accumulator_value);
}
const bool adagrad_registered = Registry<Optimizer>::add<Adagrad>({"adagrad", "Adagrad"}, adagrad_list);

}  // namespace

std::shared_ptr<Optimizer> Adagrad::make() const {
  const double eps = epsilon.value_or(1e-7);
  check_settings("Adagrad", {{"epsilon", eps}, {"initial_accumulator_value", initial_accumulator_value}});
  Adagrad given = *this;
  given.epsilon = eps;
  return std::make_shared<Optimizer>("Adagrad", adagrad_list, given, Sums{eps, initial_accumulator_value});
}

}  // namespace lacuna::optimizers
