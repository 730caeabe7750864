// RMSprop.
#include "lacuna/optimizers/rmsprop.h"

namespace lacuna::optimizers {
namespace {

struct MeanSquares : Formula {
  MeanSquares(double rho_, double epsilon_) : rho(rho_), epsilon(epsilon_) {}
  double rho, epsilon;
  template <class T>
  kernels::Rmsprop<T> step(double rate, double) const {
    return {static_cast<T>(rate), static_cast<T>(rho), static_cast<T>(epsilon)};
  }
  bool weight_stays() const { return true; }
  void log(History& history, double, double) const { history.grow_powers(rho, rho); }
  template <class T>
  void catch_up(const kernels::UpdateRows<T>& to, const kernels::MissedSteps& missed,
                History& history) const {
    kernels::catch_up(to, missed, kernels::FadingRest<T>{history.first.power.data(), 1});
  }
};

void rmsprop_list(Settings& s, RMSprop& o) {
  list_common(s, o);
  s("rho", o.rho)("epsilon", o.epsilon);
}
const bool rmsprop_registered = Registry<Optimizer>::add<RMSprop>({"rmsprop", "RMSprop"}, rmsprop_list);

}  // namespace

std::shared_ptr<Optimizer> RMSprop::make() const {
  const double eps = epsilon.value_or(1e-7);
  check_settings("RMSprop", {{"epsilon", eps}});
  check_settings("RMSprop", {{"rho", rho}}, 0, 1);
  RMSprop given = *this;
  given.epsilon = eps;
  return std::make_shared<Optimizer>("RMSprop", rmsprop_list, given, MeanSquares{rho, eps});
}

}  // namespace lacuna::optimizers
