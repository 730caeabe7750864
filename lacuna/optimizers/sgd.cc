// Stochastic gradient descent, with momentum and Nesterov's step.
#include "lacuna/optimizers/sgd.h"

namespace lacuna::optimizers {
namespace {

class SgdOptimizer final : public Optimizer {
 public:
  explicit SgdOptimizer(const SGD& s)
      : Optimizer({s.lr, s.decay, s.clipnorm, s.clipvalue, s.lazy_update}), settings(s) {
    require(s.momentum >= 0, "SGD: momentum must not be negative. Received: momentum=", s.momentum, ".");
  }

  std::string class_name() const override { return "SGD"; }
  Config config() const override {
    return {{"lr", lr->scalar()},
            {"momentum", settings.momentum},
            {"decay", decay->scalar()},
            {"nesterov", settings.nesterov},
            {"lazy_update", settings.lazy_update}};
  }

 private:
  size_t states() const override { return settings.momentum > 0 ? 1 : 0; }
  bool moves_without_gradient() const override { return settings.momentum > 0; }
  bool descends() const override { return settings.momentum == 0; }

  template <class T>
  void run(const kernels::UpdateRows<T>& to, const kernels::UpdateGradient<T>& from,
           const kernels::Clip<T>& clip, double rate) const {
    if (settings.momentum > 0)
      kernels::update(
          to, from, clip,
          kernels::Momentum<T>{static_cast<T>(rate), static_cast<T>(settings.momentum), settings.nesterov});
    else kernels::update(to, from, clip, kernels::Sgd<T>{static_cast<T>(rate)});
  }
  void update(const kernels::UpdateRows<float>& to, const kernels::UpdateGradient<float>& from,
              const kernels::Clip<float>& clip, double rate, double) const override {
    run(to, from, clip, rate);
  }
  void update(const kernels::UpdateRows<double>& to, const kernels::UpdateGradient<double>& from,
              const kernels::Clip<double>& clip, double rate, double) const override {
    run(to, from, clip, rate);
  }

  SGD settings;
};

const bool known = Registry<Optimizer>::add({"sgd", "SGD"}, [] { return SGD{}.make(); });

}  // namespace

std::shared_ptr<Optimizer> SGD::make() const { return std::make_shared<SgdOptimizer>(*this); }

}  // namespace lacuna::optimizers
