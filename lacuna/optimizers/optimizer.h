// Optimizers change weights by their gradients. Each has a row update (rule.h) that runs over all rows of a
// dense weight, or over the touched rows of a table.
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
#include "lacuna/base/dialect.h"
#include "lacuna/graph/update.h"
#include "lacuna/graph/variable.h"
#include "lacuna/optimizers/gradient.h"
#include "lacuna/optimizers/states.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

// The settings that optimizers share in Keras. A clip setting of 0 means no clipping: clipnorm and
// global_clipnorm limit the norm of all gradients together, clipnorm_each that of each weight. decay is empty
// for an optimizer that has none (Nadam).
struct CommonSettings {
  double lr;
  std::optional<double> decay;
  bool lazy_update;
  double clipnorm, clipvalue, global_clipnorm, clipnorm_each;
};
template <class S>
CommonSettings common(const S& o) {
  std::optional<double> decay;
  if constexpr (requires { o.decay; }) decay = o.decay;
  return {o.lr, decay, o.lazy_update, o.clipnorm, o.clipvalue, o.global_clipnorm, o.clipnorm_each};
}
// Settings where clipnorm means what it means in Keras 2.2.4: in Keras 3 it is the limit of each weight.
template <class S>
S in_one_dialect(S o) {
  if (speaks_keras_3() && o.clipnorm > 0) o.clipnorm_each = std::exchange(o.clipnorm, 0);
  return o;
}

// Lists the shared settings, as a part of the list of an optimizer's settings.
template <class S>
void list_common(Settings& s, S& o) {
  s("lr", o.lr)("lazy_update", o.lazy_update);
  s.nonzero("clipnorm", o.clipnorm).nonzero("clipvalue", o.clipvalue);
  s.nonzero("global_clipnorm", o.global_clipnorm).nonzero("clipnorm_each", o.clipnorm_each);
  if constexpr (requires { o.decay; }) s("decay", o.decay);
}

class Optimizer {
 public:
  static constexpr auto kind = "optimizer";

  // list: lists all settings; the config is written by it.
  template <class S, class F>
  Optimizer(std::string class_name, void (*list)(Settings&, S&), const S& settings, const F& formula)
      : Optimizer(std::move(class_name), common(in_one_dialect(settings)),
                  written(list, in_one_dialect(settings)),
                  std::unique_ptr<Rule>(std::make_unique<RuleOf<F>>(formula))) {}
  Optimizer(std::string class_name, const CommonSettings& common, Config config, std::unique_ptr<Rule> rule);
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  const std::string& class_name() const { return class_name_; }
  virtual Config config() const;

  // Read at each step, so that callbacks and schedules may set them between steps. The rate of a step is lr /
  // (1 + decay · iterations).
  VariablePtr lr, decay, iterations;

  // Takes one step. gradients has one for each weight, in order; a weight whose gradient is empty does not
  // change. The ids in the gradient of a table are slots. States are made at the first step. Clipping by norm
  // uses the norm of all gradients together. If it throws, no weight has changed.
  virtual void step(std::span<const VariablePtr> weights, std::span<const Gradient> gradients);

  // Called when a model is compiled, with the weights that it trains.
  virtual void prepare(const std::vector<VariablePtr>& weights) { weights_ = weights; }
  // The variables that steps read or change besides the weights.
  virtual std::vector<VariablePtr> variables() const { return {lr, decay, iterations}; }

  // A step for a loss, as the end of a run of backend::Function: Keras' get_updates. Throws InvalidArgument
  // if the loss does not depend on a param, or if one is a table, whose rows only training makes.
  Ending as_ending(const Symbol& loss, const std::vector<VariablePtr>& params);

  // Whether a step needs the values of a gradient before the update, so that factors are an error.
  virtual bool needs_whole_gradients() const {
    return norm_limit() > 0 || common_.clipnorm_each > 0 || rule_->row_states();
  }

  // Whether the weight ends with the values that a dense gradient would give it. Only tables may be updated
  // lazily.
  bool is_exact(const Variable& weight) const { return !weight.is_table() || !common_.lazy_update; }

  // Whether a step moves rows of the weight that its gradient does not name.
  bool moves_all_rows(const Variable& weight) const {
    return rule_->moves_without_gradient() && is_exact(weight);
  }

  // Takes the missed steps of all rows that were left behind. The result does not depend on when this
  // happens, except for rounding; training calls it only at moments that depend on nothing but the training
  // itself.
  void settle();

  // What the optimizer remembers between steps, for saving: for itself and for a weight, by name; nothing for
  // a weight without a step so far. The states are caught up: dense tensors, or row_sparse ones of the
  // touched rows of a table. After them come the rows that are behind (see States::copy_behind). Values given
  // to remember and remember_of must have the specs that specs and specs_of return.
  struct Remembered {
    std::string name;
    Tensor value;
  };
  struct RememberedSpec {
    std::string name;
    Spec spec;
  };
  // weights: those of the model that is saved or loaded.
  virtual std::vector<Remembered> remembered(std::span<const VariablePtr> weights = {}) const;
  virtual std::vector<Remembered> remembered_of(const Variable& weight) const;
  virtual std::vector<RememberedSpec> specs(std::span<const VariablePtr> weights = {}) const;
  virtual std::vector<RememberedSpec> specs_of(const VariablePtr& weight);
  virtual void remember(const std::vector<Remembered>& values, std::span<const VariablePtr> weights = {});
  virtual void remember_of(const VariablePtr& weight, const std::vector<Remembered>& values);

  // Keras' weights of an optimizer: iterations, then each state of all weights of the model that was compiled
  // last, zeros before the first step. The states of tables are kept by files alone: InvalidArgument.
  virtual std::vector<tensor::Dense> get_weights();
  virtual void set_weights(const std::vector<tensor::Dense>& weights);

  // The states of a dense weight; null before the first step.
  const std::vector<tensor::Dense>* states_of(const Variable& weight) const;
  // The number of rows caught up so far; a row counts each time.
  size_t caught_up_rows() const;

 protected:
  // What all gradients, or those of one weight, are multiplied by, so that the norm is within its limit.
  double clip_factor(std::span<const Gradient> gradients) const;
  double clip_factor_of(const Gradient& gradient) const;
  const CommonSettings& shared_settings() const { return common_; }

 private:
  // The parameters of a step for all weights. A step visits each weight twice: first, with moves = false, it
  // allocates all memory, which may throw; only then, with moves = true, does anything change.
  template <class T>
  struct Step {
    kernels::Clip<T> clip;
    double rate, t;
    bool moves;
  };
  template <class T>
  void step_one(const VariablePtr& weight, const Gradient& gradient, const Step<T>& step);
  // Updates all rows, as if the gradient were dense.
  template <class T>
  void sweep(States& states, const Gradient& gradient, const Step<T>& step);
  // Updates the rows that the gradient names. others: a dense gradient would move the other rows too, so they
  // are left behind.
  template <class T>
  void step_rows(States& states, const Gradient& gradient, bool others, const Step<T>& step);
  template <class T>
  std::span<const int64_t> list_one_unit(States& states, const Gradient& gradient, const Step<T>& step);
  template <class T>
  void add_one_unit(States& states, const Gradient& gradient, bool all, const Step<T>& step);
  States& states_at(const VariablePtr& weight);

  // Keras has two names for this limit.
  double norm_limit() const { return common_.clipnorm > 0 ? common_.clipnorm : common_.global_clipnorm; }

  States& dense_states(size_t i);

  std::vector<VariablePtr> weights_{};  // Of the model that was compiled last.
  std::string class_name_;
  CommonSettings common_;
  Config config_;  // As constructed; lr and decay may have changed since.
  std::shared_ptr<const Rule> rule_;
  struct Kept {
    VariablePtr weight;  // Held, so that no other weight can get its address.
    std::shared_ptr<States> states;
  };
  std::map<const Variable*, Kept> kept_;
  std::vector<int32_t> place_;  // For each row: 1 + its row in the gradient; zeros between uses.
  // Identifies this optimizer in a table, whose rows hold the states of all optimizers that use it.
  std::shared_ptr<const void> owner_ = std::make_shared<char>();
  // Zeroed memory for at least this many values. The caller must leave zeros.
  template <class T>
  static std::span<T> zeros(Buffer& held, size_t values);
  Buffer dense_{};   // A narrow gradient, as a dense array.
  Buffer named_{};   // The same, with -0.0 for rows that it does not name.
  Buffer number_{};  // For each row: its place in ids_.
  Buffer ids_{}, values_{};
};

// An optimizer's setting in a file, in words that mean the same in each dialect: there clipnorm is the limit
// of all gradients together.
Setting of_file(const Setting& setting);

// Throws unless from ≤ number < below for each of them.
void check_settings(const char* where, std::initializer_list<std::pair<const char*, double>> numbers,
                    double from = 0, double below = std::numeric_limits<double>::infinity());

}  // namespace optimizers
}  // namespace lacuna

namespace LACUNA_EXPORT lacuna {
LACUNA_REGISTRY(optimizers::Optimizer)
}  // namespace lacuna
