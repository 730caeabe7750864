// Stochastic gradient descent, with momentum and Nesterov's step.
#include "lacuna/optimizers/sgd.h"

namespace lacuna::optimizers {
namespace {

struct Plain : Formula {
  size_t states() const { return 0; }
  bool moves_without_gradient() const { return false; }
  bool descends() const { return true; }
  template <class T>
  kernels::Sgd<T> step(double rate, double) const {
    return {static_cast<T>(rate)};
  }
};

struct WithMomentum : Formula {
  WithMomentum(double momentum_, bool nesterov_) : momentum(momentum_), nesterov(nesterov_) {}
  double momentum;
  bool nesterov;
  template <class T>
  kernels::Momentum<T> step(double rate, double) const {
    return {static_cast<T>(rate), static_cast<T>(momentum), nesterov};
  }
  void log(History& history, double, double) const { history.grow_powers(momentum, momentum); }
  template <class T>
  void catch_up(const kernels::UpdateRows<T>& to, const kernels::MissedSteps& missed,
                History& history) const {
    const Powers& of = history.first;
    kernels::catch_up(
        to, missed,
        kernels::MomentumRest<T>{of.sum.data(), of.power.data(), static_cast<T>(nesterov ? momentum : 1)});
  }
};

void sgd_list(Settings& s, SGD& o) {
  list_common(s, o);
  s("momentum", o.momentum)("nesterov", o.nesterov);
}
const bool sgd_registered = Registry<Optimizer>::add<SGD>({"sgd", "SGD"}, sgd_list);

}  // namespace

std::shared_ptr<Optimizer> SGD::make() const {
  check_settings("SGD", {{"momentum", momentum}});
  if (momentum == 0) return std::make_shared<Optimizer>("SGD", sgd_list, *this, Plain{});
  return std::make_shared<Optimizer>("SGD", sgd_list, *this, WithMomentum{momentum, nesterov});
}

}  // namespace lacuna::optimizers
