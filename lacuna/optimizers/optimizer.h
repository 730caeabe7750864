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
#include "lacuna/optimizers/states.h"

namespace lacuna::optimizers {

// What all optimizers of Keras take; 0 is "do not clip". Without decay: one that takes none (Nadam).
struct CommonSettings {
  double lr;
  std::optional<double> decay;
  bool lazy_update;
  double clipnorm, clipvalue, global_clipnorm;
};
template <class S>
CommonSettings common(const S& o) {
  std::optional<double> decay;
  if constexpr (requires { o.decay; }) decay = o.decay;
  return {o.lr, decay, o.lazy_update, o.clipnorm, o.clipvalue, o.global_clipnorm};
}

// Their list, for the list of each one's settings.
template <class S>
void list_common(Settings& s, S& o) {
  s("lr", o.lr)("lazy_update", o.lazy_update);
  s.nonzero("clipnorm", o.clipnorm).nonzero("clipvalue", o.clipvalue);
  s.nonzero("global_clipnorm", o.global_clipnorm);
  if constexpr (requires { o.decay; }) s("decay", o.decay);
}

class Optimizer {
 public:
  static constexpr auto kind = "optimizer";

  // list: of all of its settings, by which its config is written.
  template <class S, class F>
  Optimizer(std::string class_name, void (*list)(Settings&, S&), const S& settings, const F& formula)
      : Optimizer(std::move(class_name), common(settings), written(list, settings),
                  std::unique_ptr<Rule>(std::make_unique<RuleOf<F>>(formula))) {}
  Optimizer(std::string class_name, const CommonSettings& common, Config config, std::unique_ptr<Rule> rule);
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  const std::string& class_name() const { return class_name_; }
  Config config() const;

  // Read at each step, so that callbacks and schedules may set them in between. The rate of a step is
  // lr / (1 + decay · iterations).
  VariablePtr lr, decay, iterations;

  // One step: a gradient for each weight, in order; weights without one stay. For a table the ids of its
  // gradient are slots. States are made at the first step. Clipping by norm is over all gradients together.
  // If it throws, no weight has moved.
  void step(std::span<const VariablePtr> weights, std::span<const Gradient> gradients);

  // Whether a step looks at a gradient before it updates, so that factors are an error.
  bool needs_whole_gradients() const { return norm_limit() > 0 || rule_->row_states(); }

  // Whether the weight ends where a dense gradient would take it: only tables may be updated lazily.
  bool is_exact(const Variable& weight) const { return !weight.is_table() || !common_.lazy_update; }

  // Whether a step moves rows of the weight that its gradient does not name.
  bool moves_all_rows(const Variable& weight) const {
    return rule_->moves_without_gradient() && is_exact(weight);
  }

  // Takes the steps that rows which were left behind have missed. What they end at does not depend on when,
  // up to rounding; who trains calls it at moments that depend on the training alone.
  void settle();

  // What it remembers between steps, for saving: of itself, and of a weight, by name; nothing of one that it
  // has not stepped yet. Dense tensors, or row_sparse ones of a table's touched rows; caught up. specs_of
  // says what a weight's are; what does not have their specs is an error.
  struct Remembered {
    std::string name;
    Tensor value;
  };
  struct RememberedSpec {
    std::string name;
    Spec spec;
  };
  std::vector<Remembered> remembered() const;
  std::vector<Remembered> remembered_of(const Variable& weight) const;
  std::vector<RememberedSpec> specs() const;
  std::vector<RememberedSpec> specs_of(const VariablePtr& weight);
  void remember(const std::vector<Remembered>& values);
  void remember_of(const VariablePtr& weight, const std::vector<Remembered>& values);

  // States of a dense weight, in the order of state arrays; null before the first step.
  const std::vector<tensor::Dense>* states_of(const Variable& weight) const;
  // How often a row has been caught up.
  size_t caught_up_rows() const;

 private:
  // What a step is, for all weights. Each is gone through twice: first all memory is made that the step
  // takes, which may throw, and only then does anything move.
  template <class T>
  struct Step {
    kernels::Clip<T> clip;
    double rate, t;
    bool moves;
  };
  template <class T>
  void step_one(const VariablePtr& weight, const Gradient& gradient, const Step<T>& step);
  // All rows move, as if the gradient were dense.
  template <class T>
  void sweep(States& states, const Gradient& gradient, const Step<T>& step);
  // Rows that the gradient names move now; where others would too they are left behind.
  template <class T>
  void step_rows(States& states, const Gradient& gradient, bool others, const Step<T>& step);
  template <class T>
  std::span<const int64_t> list_one_unit(States& states, const Gradient& gradient, const Step<T>& step);
  template <class T>
  void add_one_unit(States& states, const Gradient& gradient, bool all, const Step<T>& step);
  States& states_at(const VariablePtr& weight);

  // Keras' two names for one thing.
  double norm_limit() const { return common_.clipnorm > 0 ? common_.clipnorm : common_.global_clipnorm; }

  std::string class_name_;
  CommonSettings common_;
  Config config_;  // As it was made; the rates may have changed since.
  std::shared_ptr<const Rule> rule_;
  struct Kept {
    VariablePtr weight;  // Held, so that its address stays its own.
    std::shared_ptr<States> states;
  };
  std::map<const Variable*, Kept> kept_;
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
