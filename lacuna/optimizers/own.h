// An optimizer of one's own, as in Keras: a class that derives from Own and says in symbols what a step
// changes.
//
//   struct HeavyBall : optimizers::Own {
//     HeavyBall() : Own("HeavyBall", {.lr = 0.1}) {}
//     std::vector<Update> get_updates(const Symbol& loss, const std::vector<VariablePtr>& params) override {
//       std::vector<Update> updates;
//       const auto gradients = get_gradients(loss, params);
//       for (size_t i = 0; i < params.size(); ++i) {
//         const VariablePtr v = state(params[i]);
//         const Symbol move = scale(read(v), 0.9) - multiply(read(lr), gradients[i]);
//         updates.push_back(update(v, move));
//         updates.push_back(update(params[i], read(params[i]) + move));
//       }
//       return updates;
//     }
//   };
//   model.compile({.optimizer = std::make_shared<HeavyBall>(), …});
//
// A table (a weight with sparse_weight or sparse_grad) is given as the rows that a batch touches: params[i]
// has an unknown number of rows, and so have its gradient and its states. Only these rows change, and the
// cost of a step follows them. An update must treat each row alone, since the other rows are not there. All
// other weights are given whole, with dense gradients.
#pragma once
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "lacuna/graph/plan.h"
#include "lacuna/graph/update.h"
#include "lacuna/optimizers/optimizer.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

class OwnTable;

struct OwnSettings {
  double lr = 0.01, decay = 0;  // For get_updates; nothing else reads them.
  bool lazy_update = true;      // Must be true: of a table only the rows that a batch touches move.
  double clipnorm = 0, clipvalue = 0, global_clipnorm = 0, clipnorm_each = 0;
};

class Own : public Optimizer {
 public:
  explicit Own(std::string class_name, const OwnSettings& settings = {});
  ~Own() override;

  // What a step changes: the params, in the order of the weights, their states, and other variables. It is
  // called when a model is compiled, unless it was for the same weights: so states begin anew where the
  // trained weights change. All values are computed from what was there before the step. If no update changes
  // `iterations`, each step adds 1 to it. loss: a symbol that only gradients can be taken of.
  virtual std::vector<Update> get_updates(const Symbol& loss, const std::vector<VariablePtr>& params) = 0;

  void step(std::span<const VariablePtr> weights, std::span<const Gradient> gradients) override;
  void prepare(const std::vector<VariablePtr>& weights) override;
  std::vector<VariablePtr> variables() const override;
  bool needs_whole_gradients() const override { return true; }

  // iterations, then the variables that updates change besides the params.
  std::vector<tensor::Dense> get_weights() override;
  void set_weights(const std::vector<tensor::Dense>& weights) override;
  std::vector<Remembered> remembered(std::span<const VariablePtr> weights = {}) const override;
  std::vector<Remembered> remembered_of(const Variable& weight) const override;
  std::vector<RememberedSpec> specs(std::span<const VariablePtr> weights = {}) const override;
  std::vector<RememberedSpec> specs_of(const VariablePtr& weight) override;
  void remember(const std::vector<Remembered>& values, std::span<const VariablePtr> weights = {}) override;
  void remember_of(const VariablePtr& weight, const std::vector<Remembered>& values) override;

  // A new variable of the shape and dtype of a param, filled with `value`.
  static VariablePtr state(const VariablePtr& param, double value = 0);
  // The same for any shape; if the number of rows is -1, for the table that the updates use it with. Throws
  // InvalidArgument for such a shape outside of get_updates.
  static VariablePtr state(const Shape& shape, DType dtype, double value, const std::string& name);

 protected:
  // The gradients of the loss, clipped as the settings say. Throws InvalidArgument if it does not depend on a
  // param.
  static std::vector<Symbol> get_gradients(const Symbol& loss, const std::vector<VariablePtr>& params);

 private:
  struct Steps;
  Steps& steps_of(std::span<const VariablePtr> weights);
  const OwnTable* table_of(const Variable& weight) const;
  // The variables of the steps for some of these weights, or for all if none are given.
  std::vector<VariablePtr> others_of(std::span<const VariablePtr> weights) const;
  std::shared_ptr<Steps> prepared(std::span<const VariablePtr> weights) const;
  std::vector<std::shared_ptr<Steps>> all_steps() const;

  // For each list of weights that was prepared: one optimizer may train several models, also at once. No
  // weight is in two lists.
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Steps>> steps_;
  // Identifies this optimizer in tables, whose rows hold the states.
  std::shared_ptr<const void> owner_ = std::make_shared<char>();
  uint64_t key_;  // Of random numbers in updates.
};

}  // namespace optimizers
}  // namespace lacuna
