// Adam and AMSGrad.
#include "lacuna/optimizers/adam.h"

#include <cmath>

namespace lacuna::optimizers {
namespace {

class AdamOptimizer final : public Optimizer {
 public:
  explicit AdamOptimizer(const Adam& s)
      : Optimizer({s.lr, s.decay, s.clipnorm, s.clipvalue, s.lazy_update}),
        settings(s),
        epsilon(s.epsilon.value_or(1e-7)) {
    require(s.beta_1 >= 0 && s.beta_1 < 1 && s.beta_2 >= 0 && s.beta_2 < 1,
            "Adam: beta_1 and beta_2 must be in [0, 1). Received: beta_1=", s.beta_1, ", beta_2=", s.beta_2,
            ".");
  }

  std::string class_name() const override { return "Adam"; }
  Config config() const override {
    return {{"lr", lr->scalar()},
            {"beta_1", settings.beta_1},
            {"beta_2", settings.beta_2},
            {"epsilon", epsilon},
            {"decay", decay->scalar()},
            {"amsgrad", settings.amsgrad},
            {"lazy_update", settings.lazy_update}};
  }

 private:
  size_t states() const override { return settings.amsgrad ? 3 : 2; }
  bool moves_without_gradient() const override { return true; }

  template <class T>
  void run(const kernels::UpdateRows<T>& to, const kernels::UpdateGradient<T>& from,
           const kernels::Clip<T>& clip, double rate, double step) const {
    const double corrected =
        rate * std::sqrt(1 - std::pow(settings.beta_2, step)) / (1 - std::pow(settings.beta_1, step));
    kernels::update(
        to, from, clip,
        kernels::Adam<T>{static_cast<T>(corrected), static_cast<T>(settings.beta_1),
                         static_cast<T>(settings.beta_2), static_cast<T>(epsilon), settings.amsgrad});
  }
  void update(const kernels::UpdateRows<float>& to, const kernels::UpdateGradient<float>& from,
              const kernels::Clip<float>& clip, double rate, double step) const override {
    run(to, from, clip, rate, step);
  }
  void update(const kernels::UpdateRows<double>& to, const kernels::UpdateGradient<double>& from,
              const kernels::Clip<double>& clip, double rate, double step) const override {
    run(to, from, clip, rate, step);
  }

  Adam settings;
  double epsilon;
};

const bool known = Registry<Optimizer>::add({"adam", "Adam"}, [] { return Adam{}.make(); });

}  // namespace

std::shared_ptr<Optimizer> Adam::make() const { return std::make_shared<AdamOptimizer>(*this); }

}  // namespace lacuna::optimizers
