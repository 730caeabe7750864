// Adagrad.
#include "lacuna/optimizers/adagrad.h"

namespace lacuna::optimizers {
namespace {

struct Sums : Formula {
  explicit Sums(double epsilon_) : epsilon(epsilon_) {}
  double epsilon;
  bool moves_without_gradient() const { return false; }
  template <class T>
  kernels::Adagrad<T> step(double rate, double) const {
    return {static_cast<T>(rate), static_cast<T>(epsilon)};
  }
};

void adagrad_list(Settings& s, Adagrad& o) {
  list_common(s, o);
  s("epsilon", o.epsilon);
}
const bool adagrad_registered = Registry<Optimizer>::add<Adagrad>({"adagrad", "Adagrad"}, adagrad_list);

}  // namespace

std::shared_ptr<Optimizer> Adagrad::make() const {
  const double eps = epsilon.value_or(1e-7);
  check_settings("Adagrad", {{"epsilon", eps}});
  Adagrad given = *this;
  given.epsilon = eps;
  return std::make_shared<Optimizer>("Adagrad", adagrad_list, given, Sums{eps});
}

}  // namespace lacuna::optimizers
