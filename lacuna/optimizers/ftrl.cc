// FTRL-Proximal.
#include "lacuna/optimizers/ftrl.h"

namespace lacuna::optimizers {
namespace {

struct Proximal : Formula {
  Proximal(double first_, double l1_, double l2_, double beta_)
      : first(first_), l1(l1_), l2(l2_), beta(beta_) {}
  double first, l1, l2, beta;
  size_t states() const { return 2; }
  double scale_at_rest(double) const { return 0; }  // Without a gradient z is 0.
  template <class T>
  kernels::Ftrl<T> step(double rate, double) const {
    LACUNA_REQUIRE(rate != 0, "Ftrl: lr must be above 0. Received: lr=0.");
    return {static_cast<T>(1 / rate), static_cast<T>(first), static_cast<T>(l1),
            static_cast<T>(2 * l2 + beta / rate)};
  }
  void log(History& history, double rate, double) const { history.last_rate = rate; }
  template <class T>
  void catch_up(const kernels::UpdateRows<T>& to, const kernels::MissedSteps& missed,
                History& history) const {
    kernels::catch_up(to, missed, kernels::FtrlRest<T>{step<T>(history.last_rate, 0)});
  }
};

void ftrl_list(Settings& s, Ftrl& o) {
  list_common(s, o);
  double power = -0.5;
  s("learning_rate_power", power)("initial_accumulator_value", o.initial_accumulator_value)("beta", o.beta);
  s("l1_regularization_strength", o.l1_regularization_strength);
  s("l2_regularization_strength", o.l2_regularization_strength);
  LACUNA_REQUIRE(power == -0.5,
                 "Ftrl: learning_rate_power must be -0.5. Received: learning_rate_power=", power, ".");
}
const bool ftrl_registered = Registry<Optimizer>::add<Ftrl>({"ftrl", "Ftrl"}, ftrl_list);

}  // namespace

std::shared_ptr<Optimizer> Ftrl::make() const {
  check_settings("Ftrl", {{"initial_accumulator_value", initial_accumulator_value},
                          {"l1_regularization_strength", l1_regularization_strength},
                          {"l2_regularization_strength", l2_regularization_strength},
                          {"beta", beta}});
  return std::make_shared<Optimizer>(
      "Ftrl", ftrl_list, *this,
      Proximal{initial_accumulator_value, l1_regularization_strength, l2_regularization_strength, beta});
}

}  // namespace lacuna::optimizers
