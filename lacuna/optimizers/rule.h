// The mathematics of an optimizer: how a step moves a row. A formula is a few numbers and
//   template <class T> kernels::Rule<T> step(double rate, double t) const   what step t does, from 1
// and, of one that moves weights without a gradient, what rows that missed steps take later:
//   void log(History& history, double rate, double t) const             what a step does to them
//   template <class T> void catch_up(const kernels::UpdateRows<T>& to, const kernels::MissedSteps& missed,
//                                    History& history) const
// RuleOf makes a Rule of it.
#pragma once
#include <cstddef>

#include "lacuna/kernels/catch_up.h"
#include "lacuna/optimizers/history.h"

namespace lacuna::optimizers {

// What a formula has unless it says otherwise.
struct Formula {
  size_t states() const { return 1; }
  // States of one value a row, in place of one for each value of the weight.
  bool row_states() const { return false; }
  // Whether a value moves where its gradient is zero (momentum), or its state does: then rows that a gradient
  // does not name move too, unless updates are lazy.
  bool moves_without_gradient() const { return true; }
  // Whether its states alone do, so that who reads the weight need not wait for them.
  bool weight_stays() const { return false; }
  // Whether rows can take a step of this rate later.
  bool can_wait(double /*rate*/) const { return true; }
  void log(History&, double, double) const {}
  template <class T>
  void catch_up(const kernels::UpdateRows<T>&, const kernels::MissedSteps&, History&) const {}
  // What a step does to a value that has neither gradient nor state: it is multiplied by this.
  double scale_at_rest(double /*rate*/) const { return 1; }
  // Whether a step is w ← w - rate g and nothing else, so that parts of a gradient may be taken one by one.
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

}  // namespace lacuna::optimizers
