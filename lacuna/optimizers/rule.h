// The mathematics of an optimizer: how a step updates a row. A formula has a few numbers and
//   template <class T> kernels::Rule<T> step(double rate, double t) const   the update of step t, from 1
// and, if it moves weights without a gradient, a way for rows to take missed steps later:
//   void log(History& history, double rate, double t) const             records a step
//   template <class T> void catch_up(const kernels::UpdateRows<T>& to, const kernels::MissedSteps& missed,
//                                    History& history) const            takes the missed steps
// RuleOf makes a Rule of a formula.
#pragma once
#include <cstddef>

#include "lacuna/kernels/catch_up.h"
#include "lacuna/optimizers/history.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// The defaults of a formula.
struct Formula {
  size_t states() const { return 1; }
  // Whether a state has one value per row, instead of one per value of the weight.
  bool row_states() const { return false; }
  // Whether a value or its state changes where the gradient is zero (as with momentum). Then rows that a
  // gradient does not name change too, unless updates are lazy.
  bool moves_without_gradient() const { return true; }
  // Whether only states change then, so that the weight can be read while they are behind.
  bool weight_stays() const { return false; }
  // Whether rows may take a step of this rate later.
  bool can_wait(double /*rate*/) const { return true; }
  void log(History&, double, double) const {}
  template <class T>
  void catch_up(const kernels::UpdateRows<T>&, const kernels::MissedSteps&, History&) const {}
  // A step multiplies a value without gradient and state by this.
  double scale_at_rest(double /*rate*/) const { return 1; }
  // Whether a step is w ← w - rate g and nothing else, so that parts of a gradient may be applied one by one.
  bool descends() const { return false; }
};

class Rule {
 public:
  virtual ~Rule() = default;
  virtual size_t states() const = 0;
  virtual bool row_states() const = 0;
  virtual bool moves_without_gradient() const = 0;
  virtual double scale_at_rest(double rate) const = 0;
  virtual bool weight_stays() const = 0;
  virtual bool can_wait(double rate) const = 0;
  virtual void log(History& history, double rate, double t) const = 0;
  virtual void catch_up(const kernels::UpdateRows<float>& to, const kernels::MissedSteps& missed,
                        History& history) const = 0;
  virtual void catch_up(const kernels::UpdateRows<double>& to, const kernels::MissedSteps& missed,
                        History& history) const = 0;
  virtual bool descends() const = 0;
  virtual void update(const kernels::UpdateRows<float>& to, const kernels::UpdateGradient<float>& from,
                      const kernels::Clip<float>& clip, double rate, double t) const = 0;
  virtual void update(const kernels::UpdateRows<double>& to, const kernels::UpdateGradient<double>& from,
                      const kernels::Clip<double>& clip, double rate, double t) const = 0;
};

template <class F>
class RuleOf final : public Rule {
 public:
  explicit RuleOf(const F& formula) : formula_(formula) {}
  size_t states() const override { return formula_.states(); }
  bool row_states() const override { return formula_.row_states(); }
  bool moves_without_gradient() const override { return formula_.moves_without_gradient(); }
  double scale_at_rest(double rate) const override { return formula_.scale_at_rest(rate); }
  bool weight_stays() const override { return formula_.weight_stays(); }
  bool can_wait(double rate) const override { return formula_.can_wait(rate); }
  void log(History& history, double rate, double t) const override { formula_.log(history, rate, t); }
  void catch_up(const kernels::UpdateRows<float>& to, const kernels::MissedSteps& missed,
                History& history) const override {
    formula_.catch_up(to, missed, history);
  }
  void catch_up(const kernels::UpdateRows<double>& to, const kernels::MissedSteps& missed,
                History& history) const override {
    formula_.catch_up(to, missed, history);
  }
  bool descends() const override { return formula_.descends(); }
  void update(const kernels::UpdateRows<float>& to, const kernels::UpdateGradient<float>& from,
              const kernels::Clip<float>& clip, double rate, double t) const override {
    kernels::update(to, from, clip, formula_.template step<float>(rate, t));
  }
  void update(const kernels::UpdateRows<double>& to, const kernels::UpdateGradient<double>& from,
              const kernels::Clip<double>& clip, double rate, double t) const override {
    kernels::update(to, from, clip, formula_.template step<double>(rate, t));
  }

 private:
  F formula_;
};

}  // namespace optimizers
}  // namespace lacuna
