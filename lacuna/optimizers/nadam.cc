// Nadam.
#include "lacuna/optimizers/nadam.h"

#include <cmath>

namespace lacuna::optimizers {
namespace {

struct NadamMoments : Formula {
  NadamMoments(double beta_1_, double beta_2_, double epsilon_, double schedule_decay_)
      : beta_1(beta_1_), beta_2(beta_2_), epsilon(epsilon_), schedule_decay(schedule_decay_) {}
  double beta_1, beta_2, epsilon, schedule_decay;
  size_t states() const { return 2; }
  template <class T>
  kernels::Nadam<T> step(double rate, double t) const {
    const double now = momentum(t), next = momentum(t + 1);
    const double so_far = momenta(t);
    return {static_cast<T>(rate * (1 - now) / (1 - so_far)),
            static_cast<T>(rate * next / (1 - so_far * next)),
            static_cast<T>(1 / (1 - std::pow(beta_2, t))),
            static_cast<T>(beta_1),
            static_cast<T>(beta_2),
            static_cast<T>(epsilon)};
  }

  void log(History& history, double rate, double t) const {
    const kernels::Nadam<double> now = step<double>(rate, t);
    history.log_move(now.of_m);
    history.of_d.push(now.of_v);
    history.grow_powers(beta_1, beta_2);
  }
  template <class T>
  void catch_up(const kernels::UpdateRows<T>& to, const kernels::MissedSteps& missed,
                History& history) const {
    kernels::catch_up(to, missed,
                      kernels::StepwiseRest<T>{.move = history.move.data<T>(),
                                               .of_d = history.of_d.data<T>(),
                                               .keep = nullptr,
                                               .decayed = nullptr,
                                               .power_m = history.first.power.data(),
                                               .power_v = history.second.power.data(),
                                               .beta_m = static_cast<T>(beta_1),
                                               .beta_d = static_cast<T>(beta_2),
                                               .epsilon = static_cast<T>(epsilon),
                                               .rest = history.rest(beta_1 / std::sqrt(beta_2)),
                                               .root = true,
                                               .third = false});
  }

 private:
  double momentum(double t) const { return beta_1 * (1 - 0.5 * std::pow(0.96, t * schedule_decay)); }
  // The product of the momenta of steps 1 to t, computed from that of the step asked for last.
  double momenta(double t) const {
    if (t < known) known = 0, product = 1;
    while (known < t && product > 0) product *= momentum(++known);
    known = t;
    return product;
  }
  mutable double known = 0, product = 1;
};

void nadam_list(Settings& s, Nadam& o) {
  list_common(s, o);
  s("beta_1", o.beta_1)("beta_2", o.beta_2)("epsilon", o.epsilon)("schedule_decay", o.schedule_decay);
}
const bool nadam_registered = Registry<Optimizer>::add<Nadam>({"nadam", "Nadam"}, nadam_list);

}  // namespace

std::shared_ptr<Optimizer> Nadam::make() const {
  const double eps = epsilon.value_or(1e-7);
  check_settings("Nadam", {{"epsilon", eps}, {"schedule_decay", schedule_decay}});
  check_settings("Nadam", {{"beta_1", beta_1}, {"beta_2", beta_2}}, 0, 1);
  Nadam given = *this;
  given.epsilon = eps;
  return std::make_shared<Optimizer>("Nadam", nadam_list, given,
                                     NadamMoments{beta_1, beta_2, eps, schedule_decay});
}

}  // namespace lacuna::optimizers
