// A network's graph, made ready to run in one mode for the storages and dtypes that are fed: the total loss,
// the gradients and the plan.
#pragma once
#include <memory>
#include <vector>

#include "lacuna/graph/plan.h"
#include "lacuna/training/compiled.h"

namespace LACUNA_EXPORT lacuna {

enum class Mode : uint8_t {
  train,
  test,
  predict,
  progressive,  // Trains, and has the outputs as they were before: only if they are those of a prediction.
  explain,      // Computes gradients as train does, but changes nothing: rows are not kept, dropout is off.
};

class Program {
 public:
  // `fed`: the storage and dtype of each input, then of each target. compiled may be null to predict.
  Program(const Network& network, const Compiled* compiled, Mode mode, const std::vector<Spec>& fed,
          bool weighted);

  // Feeds in the order inputs, targets, sample weights (of a weighted program).
  void run(std::span<const Tensor* const> feeds, int64_t step, uint64_t seed) {
    touch_all_rows();
    plan_->run(feeds, step, seed);
  }
  // Undoes a step that failed, in the run or in code that uses its results.
  void take_back() noexcept { plan_->take_back(); }
  void observe(std::span<const Tensor* const> feeds, int64_t step, uint64_t seed,
               const std::function<void(const Plan::Ran&)>& observer) {
    plan_->observe(feeds, step, seed, observer);
  }

  // The values of metrics_names that are scalars, in order; none in a program that predicts.
  size_t values() const { return values_; }
  double value(size_t i) const;
  // What accumulator i of the metrics gets as y_pred.
  const Tensor& fed(size_t i) const { return plan_->output(values_ + i); }
  // Target i and its sample weights, among the feeds; weights are null if the program takes none.
  const Tensor& target(std::span<const Tensor* const> feeds, size_t i) const { return *feeds[inputs_ + i]; }
  const Tensor* weights(std::span<const Tensor* const> feeds, size_t i) const {
    return weighted_ ? feeds[inputs_ + targets_ + i] : nullptr;
  }
  // Of a program that predicts or is progressive.
  const Tensor& output(size_t i) const { return plan_->output(first_output_ + i); }

  // Train: the weights that are trained and, after a run, their gradients: empty if the loss does not depend
  // on the weight, and as factors if the optimizer takes them.
  const std::vector<layers::Weight*>& weights() const { return weights_; }
  const std::vector<VariablePtr>& variables() const { return variables_; }
  const std::vector<optimizers::Gradient>& gradients();

  // Train, after a step of the optimizer, and test: updates such as moving averages, and those of metrics.
  void apply_updates();

 private:
  void touch_all_rows();

  std::unique_ptr<Plan> plan_;
  size_t values_ = 0, inputs_ = 0, targets_ = 0;
  bool weighted_ = false;
  std::vector<layers::Weight*> weights_;
  std::vector<VariablePtr> variables_;
  std::vector<const layers::Weight*> whole_tables_;  // All of whose nonzero rows move.
  // The gradients' parts are outputs of the plan, one after another.
  std::vector<FormedGradient<Symbol>> formed_;
  size_t first_gradient_ = 0;
  std::vector<optimizers::Gradient> gradients_;
  std::vector<Update> updates_;
  UpdateValues update_values_;
  size_t first_update_ = 0, first_output_ = 0;  // Of their values among the plan's outputs.
};

}  // namespace lacuna
