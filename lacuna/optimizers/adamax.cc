// Adamax.
#include "lacuna/optimizers/adamax.h"

#include <cmath>

namespace lacuna::optimizers {
namespace {

struct AdamaxMoments : Formula {
  AdamaxMoments(double beta_1_, double beta_2_, double epsilon_)
      : beta_1(beta_1_), beta_2(beta_2_), epsilon(epsilon_) {}
  double beta_1, beta_2, epsilon;
  size_t states() const { return 2; }
  template <class T>
  kernels::Adamax<T> step(double rate, double t) const {
    return {static_cast<T>(rate / (1 - std::pow(beta_1, t))), static_cast<T>(beta_1), static_cast<T>(beta_2),
            static_cast<T>(epsilon)};
  }
  void log(History& history, double rate, double t) const {
    history.log_move(rate / (1 - std::pow(beta_1, t)));
    history.grow_powers(beta_1, beta_2);
  }
  template <class T>
  void catch_up(const kernels::UpdateRows<T>& to, const kernels::MissedSteps& missed,
                History& history) const {
    kernels::catch_up(to, missed,
                      kernels::StepwiseRest<T>{.move = history.move.data<T>(),
                                               .of_d = nullptr,
                                               .keep = nullptr,
                                               .decayed = nullptr,
                                               .power_m = history.first.power.data(),
                                               .power_v = history.second.power.data(),
                                               .beta_m = static_cast<T>(beta_1),
                                               .beta_d = static_cast<T>(beta_2),
                                               .epsilon = static_cast<T>(epsilon),
                                               .rest = history.rest(beta_1 / beta_2),
                                               .root = false,
                                               .third = false});
  }
};

void adamax_list(Settings& s, Adamax& o) {
  list_common(s, o);
  s("beta_1", o.beta_1)("beta_2", o.beta_2)("epsilon", o.epsilon);
}
const bool adamax_registered = Registry<Optimizer>::add<Adamax>({"adamax", "Adamax"}, adamax_list);

}  // namespace

std::shared_ptr<Optimizer> Adamax::make() const {
  const double eps = epsilon.value_or(1e-7);
  check_settings("Adamax", {{"epsilon", eps}});
  check_settings("Adamax", {{"beta_1", beta_1}, {"beta_2", beta_2}}, 0, 1);
  Adamax given = *this;
  given.epsilon = eps;
  return std::make_shared<Optimizer>("Adamax", adamax_list, given, AdamaxMoments{beta_1, beta_2, eps});
}

}  // namespace lacuna::optimizers
