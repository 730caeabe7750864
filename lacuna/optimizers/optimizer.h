// What changes weights by their gradients. Each optimizer has a row update (lacuna/kernels/update.h) that
// runs over all rows of a dense weight, or over the touched rows of a table.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lacuna/base/arg.h"
#include "lacuna/base/config.h"
#include "lacuna/graph/variable.h"
#include "lacuna/kernels/update.h"
#include "lacuna/optimizers/gradient.h"

namespace lacuna::optimizers {

// What all optimizers of Keras take; 0 is "do not clip".
struct CommonSettings {
  double lr, decay, clipnorm, clipvalue;
  bool lazy_update;
};

class Optimizer {
 public:
  static constexpr auto kind = "optimizer";

  explicit Optimizer(const CommonSettings& settings);
  virtual ~Optimizer() = default;

  virtual std::string class_name() const = 0;
  virtual Config config() const = 0;

  // Read at each step, so that callbacks and schedules may set them in between. The rate of a step is
  // lr / (1 + decay · iterations).
  VariablePtr lr, decay, iterations;

  // One step: a gradient for each weight, in order; weights without one stay. For a table the ids of its
  // gradient are slots. States are made at the first step. Clipping by norm is over all gradients together.
  void step(std::span<const VariablePtr> weights, std::span<const Gradient> gradients);

  // Whether a step looks at a gradient before it updates, so that factors are an error.
  bool needs_whole_gradients() const { return settings_.clipnorm > 0; }

  // States of a dense weight, in the order of state arrays; empty before the first step.
  const std::vector<tensor::Dense>* states_of(const Variable& weight) const;

 protected:
  virtual size_t states() const = 0;
  // Whether a weight moves where its gradient is zero (momentum): then rows that a gradient does not name
  // move too, unless updates are lazy.
  virtual bool moves_without_gradient() const = 0;
  // Whether a step is w ← w - rate g and nothing else, so that parts of a gradient may be taken one by one.
  virtual bool descends() const { return false; }
  virtual void update(const kernels::UpdateRows<float>& to, const kernels::UpdateGradient<float>& from,
                      const kernels::Clip<float>& clip, double rate, double step) const = 0;
  virtual void update(const kernels::UpdateRows<double>& to, const kernels::UpdateGradient<double>& from,
                      const kernels::Clip<double>& clip, double rate, double step) const = 0;

  CommonSettings settings_;

 private:
  template <class T>
  void step_one(const VariablePtr& weight, const Gradient& gradient, double factor, double rate, double step);
  template <class T>
  void step_one_unit(const kernels::UpdateRows<T>& to, T* numbers_at, size_t rows, bool all,
                     const Gradient& gradient, const kernels::Clip<T>& clip, double rate, double step);

  // Of a dense weight; the weight is held so that its address stays its own.
  struct States {
    VariablePtr weight;
    std::vector<tensor::Dense> arrays;
  };
  std::map<const Variable*, States> states_;
  std::vector<int32_t> place_;  // Row to gradient row + 1; zeros between uses.
  uint64_t id_;                 // In a table, whose rows hold the states of one optimizer.
  // Zeroed memory of at least so many values; whoever uses it leaves zeros.
  template <class T>
  static std::span<T> zeros(Buffer& held, size_t values);
  Buffer dense_{};   // A narrow gradient, all rows of it.
  Buffer named_{};   // The same, with -0.0 where it names no row.
  Buffer number_{};  // Row to place in ids_.
  Buffer ids_{}, values_{};
};

}  // namespace lacuna::optimizers
