// Adam, AMSGrad and AdamW.
#include "lacuna/optimizers/adam.h"

#include <cmath>

namespace lacuna::optimizers {
namespace {

struct Moments : Formula {
  Moments(double beta_1_, double beta_2_, double epsilon_, double weight_decay_, bool amsgrad_)
      : beta_1(beta_1_), beta_2(beta_2_), epsilon(epsilon_), weight_decay(weight_decay_), amsgrad(amsgrad_) {}
  double beta_1, beta_2, epsilon, weight_decay;
  bool amsgrad;
  size_t states() const { return amsgrad ? 3 : 2; }
  double scale_at_rest(double rate) const { return 1 - rate * weight_decay; }
  template <class T>
  kernels::Adam<T> step(double rate, double t) const {
    return {static_cast<T>(corrected(rate, t)),
            static_cast<T>(beta_1),
            static_cast<T>(beta_2),
            static_cast<T>(epsilon),
            static_cast<T>(1 - rate * weight_decay),
            amsgrad};
  }
  bool can_wait(double rate) const { return rate * weight_decay < 1; }
  void log(History& history, double rate, double t) const {
    const double move = corrected(rate, t);
    history.log_move(move);
    history.grow_powers(beta_1, beta_2);
    if (weight_decay == 0) return;
    history.keep.push(1 - rate * weight_decay);
    history.decayed.push_back(history.decayed.back() + std::log1p(-rate * weight_decay));
  }
  template <class T>
  void catch_up(const kernels::UpdateRows<T>& to, const kernels::MissedSteps& missed,
                History& history) const {
    const double *left_m = history.first.power.data(), *left_v = history.second.power.data();
    if (amsgrad && weight_decay == 0) {
      history.sum_moves(beta_1);
      kernels::catch_up(
          to, missed, kernels::AmsgradRest<T>{history.glide.data(), left_m, left_v, static_cast<T>(epsilon)});
      return;
    }
    const double beta_d = amsgrad ? 1 : beta_2;
    kernels::catch_up(to, missed,
                      kernels::StepwiseRest<T>{.move = history.move.data<T>(),
                                               .of_d = nullptr,
                                               .keep = weight_decay > 0 ? history.keep.data<T>() : nullptr,
                                               .decayed = history.decayed.data(),
                                               .power_m = left_m,
                                               .power_v = left_v,
                                               .beta_m = static_cast<T>(beta_1),
                                               .beta_d = static_cast<T>(beta_d),
                                               .epsilon = static_cast<T>(epsilon),
                                               .rest = history.rest(beta_1 / std::sqrt(beta_d)),
                                               .root = true,
                                               .third = amsgrad});
  }

 private:
  double corrected(double rate, double t) const {
    return rate * std::sqrt(1 - std::pow(beta_2, t)) / (1 - std::pow(beta_1, t));
  }
};

template <class S>
void adam_list(Settings& s, S& o) {
  list_common(s, o);
  s("beta_1", o.beta_1)("beta_2", o.beta_2)("epsilon", o.epsilon)("amsgrad", o.amsgrad);
  if constexpr (requires { o.weight_decay; }) s("weight_decay", o.weight_decay);
}
const bool adam_registered = Registry<Optimizer>::add<Adam>({"adam", "Adam"}, adam_list);
const bool adamw_registered = Registry<Optimizer>::add<AdamW>({"adamw", "AdamW"}, adam_list);

}  // namespace

std::shared_ptr<Optimizer> Adam::make() const {
  const double eps = epsilon.value_or(1e-7);
  check_settings("Adam", {{"epsilon", eps}});
  check_settings("Adam", {{"beta_1", beta_1}, {"beta_2", beta_2}}, 0, 1);
  Adam given = *this;
  given.epsilon = eps;
  return std::make_shared<Optimizer>("Adam", adam_list<Adam>, given,
                                     Moments{beta_1, beta_2, eps, 0, amsgrad});
}

std::shared_ptr<Optimizer> AdamW::make() const {
  const double eps = epsilon.value_or(1e-7);
  check_settings("AdamW", {{"epsilon", eps}, {"weight_decay", weight_decay}});
  check_settings("AdamW", {{"beta_1", beta_1}, {"beta_2", beta_2}}, 0, 1);
  AdamW given = *this;
  given.epsilon = eps;
  return std::make_shared<Optimizer>("AdamW", adam_list<AdamW>, given,
                                     Moments{beta_1, beta_2, eps, weight_decay, amsgrad});
}

}  // namespace lacuna::optimizers
