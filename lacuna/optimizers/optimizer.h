// What changes weights by their gradients. Each optimizer has a row update (rule.h) that runs over all rows
// of a dense weight, or over the touched rows of a table.
#pragma once
#include <initializer_list>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/base/arg.h"
#include "lacuna/base/config.h"
#include "lacuna/graph/variable.h"
#include "lacuna/optimizers/gradient.h"
#include "lacuna/optimizers/rule.h"

namespace lacuna::optimizers {

// What all optimizers of Keras take; 0 is "do not clip". Without decay: one that takes none (Nadam).
struct CommonSettings {
  double lr;
  std::optional<double> decay;
  bool lazy_update;
  double clipnorm, clipvalue, global_clipnorm;
};

// Their list, for the list of each one's settings by which it is made of its config.
template <class S>
void list_common(Settings& s, S& o) {
  s("lr", o.lr)("lazy_update", o.lazy_update)("clipnorm", o.clipnorm)("clipvalue", o.clipvalue);
  s("global_clipnorm", o.global_clipnorm);
  if constexpr (requires { o.decay; }) s("decay", o.decay);
}

class Optimizer {
 public:
  static constexpr auto kind = "optimizer";

  // own: its settings beside the common ones, by Keras' names.
  template <class F>
  Optimizer(std::string class_name, const CommonSettings& common, Config own, const F& formula)
      : Optimizer(std::move(class_name), common, std::move(own),
                  std::unique_ptr<Rule>(std::make_unique<RuleOf<F>>(formula))) {}
  Optimizer(std::string class_name, const CommonSettings& common, Config own, std::unique_ptr<Rule> rule);
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  const std::string& class_name() const { return class_name_; }
  Config config() const;

  // Read at each step, so that callbacks and schedules may set them in between. The rate of a step is
  // lr / (1 + decay · iterations).
  VariablePtr lr, decay, iterations;

  // One step: a gradient for each weight, in order; weights without one stay. For a table the ids of its
  // gradient are slots. States are made at the first step. Clipping by norm is over all gradients together.
  void step(std::span<const VariablePtr> weights, std::span<const Gradient> gradients);

  // Whether a step looks at a gradient before it updates, so that factors are an error.
  bool needs_whole_gradients() const { return norm_limit() > 0 || rule_->row_states(); }

  // States of a dense weight, in the order of state arrays; empty before the first step.
  const std::vector<tensor::Dense>* states_of(const Variable& weight) const;

 private:
  template <class T>
  void step_one(const VariablePtr& weight, const Gradient& gradient, double factor, double rate, double step);
  template <class T>
  void step_one_unit(const kernels::UpdateRows<T>& to, T* numbers_at, size_t rows, bool all,
                     const uint8_t* swept, const Gradient& gradient, const kernels::Clip<T>& clip,
                     double rate, double step);
  // Keras' two names for one thing.
  double norm_limit() const { return common_.clipnorm > 0 ? common_.clipnorm : common_.global_clipnorm; }

  std::string class_name_;
  CommonSettings common_;
  Config own_;
  std::unique_ptr<const Rule> rule_;
  // Of a dense weight; the weight is held so that its address stays its own.
  struct States {
    VariablePtr weight;
    std::vector<tensor::Dense> arrays;
  };
  std::map<const Variable*, States> states_;
  std::vector<int32_t> place_;  // Row to gradient row + 1; zeros between uses.
  // In a table, whose rows hold the states of the optimizers that are there.
  std::shared_ptr<const void> owner_ = std::make_shared<char>();
  // Zeroed memory of at least so many values; whoever uses it leaves zeros.
  template <class T>
  static std::span<T> zeros(Buffer& held, size_t values);
  Buffer dense_{};   // A narrow gradient, all rows of it.
  Buffer named_{};   // The same, with -0.0 where it names no row.
  Buffer number_{};  // Row to place in ids_.
  Buffer ids_{}, values_{};
};

// Throws unless each number is from `from` up to below `below`.
void check_settings(const char* where, std::initializer_list<std::pair<const char*, double>> numbers,
                    double from = 0, double below = std::numeric_limits<double>::infinity());

}  // namespace lacuna::optimizers
