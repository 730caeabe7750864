// Adadelta.
#include "lacuna/optimizers/adadelta.h"

namespace lacuna::optimizers {
namespace {

struct Means : Formula {
  Means(double rho_, double epsilon_) : rho(rho_), epsilon(epsilon_) {}
  double rho, epsilon;
  size_t states() const { return 2; }
  template <class T>
  kernels::Adadelta<T> step(double rate, double) const {
    return {static_cast<T>(rate), static_cast<T>(rho), static_cast<T>(epsilon)};
  }
  bool weight_stays() const { return true; }
  void log(History& history, double, double) const { history.grow_powers(rho, rho); }
  template <class T>
  void catch_up(const kernels::UpdateRows<T>& to, const kernels::MissedSteps& missed,
                History& history) const {
    kernels::catch_up(to, missed, kernels::FadingRest<T>{history.first.power.data(), 2});
  }
};

void adadelta_list(Settings& s, Adadelta& o) {
  list_common(s, o);
  s("rho", o.rho)("epsilon", o.epsilon);
}
const bool adadelta_registered = Registry<Optimizer>::add<Adadelta>({"adadelta", "Adadelta"}, adadelta_list);

}  // namespace

std::shared_ptr<Optimizer> Adadelta::make() const {
  const double eps = epsilon.value_or(1e-7);
  check_settings("Adadelta", {{"epsilon", eps}});
  check_settings("Adadelta", {{"rho", rho}}, 0, 1);
  Adadelta given = *this;
  given.epsilon = eps;
  return std::make_shared<Optimizer>("Adadelta", adadelta_list, given, Means{rho, eps});
}

}  // namespace lacuna::optimizers
