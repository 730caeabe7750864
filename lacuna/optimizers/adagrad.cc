// Adagrad.
#include "lacuna/optimizers/adagrad.h"

namespace lacuna::optimizers {
namespace {

class AdagradOptimizer final : public Optimizer {
 public:
  explicit AdagradOptimizer(const Adagrad& s)
      : Optimizer({s.lr, s.decay, s.clipnorm, s.clipvalue, s.lazy_update}),
        settings(s),
        epsilon(s.epsilon.value_or(1e-7)) {}

  std::string class_name() const override { return "Adagrad"; }
  Config config() const override {
    return {{"lr", lr->scalar()},
            {"epsilon", epsilon},
            {"decay", decay->scalar()},
            {"lazy_update", settings.lazy_update}};
  }

 private:
  size_t states() const override { return 1; }
  bool moves_without_gradient() const override { return false; }

  void update(const kernels::UpdateRows<float>& to, const kernels::UpdateGradient<float>& from,
              const kernels::Clip<float>& clip, double rate, double) const override {
    kernels::update(to, from, clip,
                    kernels::Adagrad<float>{static_cast<float>(rate), static_cast<float>(epsilon)});
  }
  void update(const kernels::UpdateRows<double>& to, const kernels::UpdateGradient<double>& from,
              const kernels::Clip<double>& clip, double rate, double) const override {
    kernels::update(to, from, clip, kernels::Adagrad<double>{rate, epsilon});
  }

  Adagrad settings;
  double epsilon;
};

const bool known = Registry<Optimizer>::add({"adagrad", "Adagrad"}, [] { return Adagrad{}.make(); });

}  // namespace

std::shared_ptr<Optimizer> Adagrad::make() const { return std::make_shared<AdagradOptimizer>(*this); }

}  // namespace lacuna::optimizers
