// K.eval and K.function, each with a plan of its own.
#include "lacuna/backend/function.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "lacuna/base/error.h"
#include "lacuna/ops/elementwise/in_train_phase.h"
#include "lacuna/ops/random/step_random.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna::backend {
namespace {

std::vector<Symbol> without_phase(const std::vector<Symbol>& inputs) {
  std::vector<Symbol> result;
  for (const Symbol& s : inputs) {
    LACUNA_REQUIRE(is_placeholder(s), "K.function: inputs must be placeholders. Received: ",
                   s ? text(s.node()->op().name(), " ", s.spec()) : std::string("an empty symbol"), ".");
    if (!(s == learning_phase())) result.push_back(s);
  }
  return result;
}

std::vector<Symbol> with_updates(std::vector<Symbol> outputs, const std::vector<Update>& updates,
                                 const std::vector<Ending>& endings) {
  for (const Update& update : updates) outputs.push_back(update.value);
  for (const Ending& ending : endings)
    outputs.insert(outputs.end(), ending.values.begin(), ending.values.end());
  return outputs;
}

bool fits(const Shape& given, const Shape& wanted) {
  if (given.size() != wanted.size()) return false;
  for (size_t i = 0; i < given.size(); ++i)
    if (wanted[i] != None && wanted[i] != given[i]) return false;
  return true;
}

// Counts the run of each random op in the graph and returns the number of earlier runs of the one that ran
// most often, as the step of this run.
int64_t next_draw(const std::vector<std::shared_ptr<const Node>>& nodes) {
  static std::mutex mutex;
  static std::map<std::weak_ptr<const Op>, int64_t, std::owner_less<>> runs;
  int64_t step = 0;
  const std::scoped_lock lock(mutex);
  for (const auto& node : nodes) {
    if (!dynamic_cast<const RandomOp*>(&node->op())) continue;
    const auto [entry, is_new] = runs.try_emplace(node->shared_op(), 0);
    if (is_new) std::erase_if(runs, [](const auto& one) { return one.first.expired(); });
    step = std::max(step, entry->second++);
  }
  return step;
}

}  // namespace

Symbol learning_phase() {
  static const Symbol phase = placeholder(Spec{{}, DType::float32, Storage::dense}, "learning_phase");
  return phase;
}

Tensor eval(const Symbol& x) {
  const auto nodes = in_order({x});
  for (const auto& node : nodes)
    LACUNA_REQUIRE(
        !is_placeholder(Symbol(node, 0)),
        "K.eval: the symbol must depend on variables and constants alone; K.function takes values of "
        "placeholders. Received: input '",
        is_placeholder(Symbol(node, 0)) ? placeholder_name(Symbol(node, 0)) : "", "'.");
  for (const auto& node : in_order({x}))
    if (const VariablePtr variable = variable_of(Symbol(node, 0)))
      LACUNA_REQUIRE(variable->spec().shape.empty() || variable->spec().shape[0] != None,
                     "get_value: the rows of a weight with sparse_weight or sparse_grad are not there in "
                     "get_updates; its "
                     "states begin at a number, as K.zeros(K.int_shape(p)) and K.ones make them. Received: '",
                     variable->name(), "' ", variable->spec(), ".");
  const Turn own;
  join(own, std::vector{x});
  const auto turn = own.take();
  Plan plan({}, {x}, false);
  plan.run({}, next_draw(nodes));
  return plan.output(0).copy();
}

Function::Function(std::vector<Symbol> inputs, std::vector<Symbol> outputs, std::vector<Update> updates,
                   std::vector<Ending> endings)
    : inputs_(std::move(inputs)),
      outputs_(outputs.size()),
      updates_(std::move(updates)),
      endings_(std::move(endings)),
      trains_unless_told_(fixed_learning_phase().value_or(false)),
      predicts_(without_phase(inputs_), with_updates(outputs, updates_, endings_), false),
      trains_(without_phase(inputs_), with_updates(outputs, updates_, endings_), true) {
  join(turn_, with_updates(outputs, updates_, endings_));
  for (const Update& update : updates_) turn_.join(update.variable->turn());
  for (const Ending& ending : endings_) join(turn_, ending.variables);
}

void Function::run_endings(Plan& plan) {
  size_t next = outputs_ + updates_.size();
  try {
    for (const Ending& ending : endings_) {
      std::vector<const Tensor*> values;
      for (size_t i = 0; i < ending.values.size(); ++i) values.push_back(&plan.output(next++));
      ending.run(values);
    }
  } catch (...) {
    plan.take_back();
    throw;
  }
}

std::vector<Tensor> Function::operator()(const std::vector<Array>& values) {
  LACUNA_REQUIRE(values.size() == inputs_.size(),
                 "K.function: a value must be given for each input. Received: values=", values.size(),
                 ", inputs=", inputs_.size(), ".");
  bool training = trains_unless_told_;
  std::vector<Tensor> feeds;
  for (size_t i = 0; i < values.size(); ++i) {
    const Tensor& value = values[i].tensor();
    const Spec& wanted = inputs_[i].spec();
    const std::string name = text("K.function: input '", placeholder_name(inputs_[i]), "'");
    LACUNA_REQUIRE(fits(value.shape(), wanted.shape), name, " must have shape ", to_string(wanted.shape),
                   ". Received: ", value.spec(), ".");
    Tensor fed = converted(value, wanted, name);
    if (inputs_[i] == learning_phase()) training = fed.dense().values<float>()[0] != 0;
    else feeds.push_back(std::move(fed));
  }
  std::vector<const Tensor*> pointers;
  for (const Tensor& t : feeds) pointers.push_back(&t);
  const auto turn = turn_.take();
  Plan& plan = training ? trains_ : predicts_;
  if (const uint64_t forks = forks_without_seed(); forks != forks_) {
    forks_ = forks;
    seed_ = next_key();
  }
  plan.run(pointers, steps_, seed_);
  ++steps_;
  std::vector<Tensor> results;
  for (size_t i = 0; i < outputs_; ++i) results.push_back(plan.output(i).copy());
  run_endings(plan);
  update_values_.keep(updates_, [&](size_t i) -> const Tensor& { return plan.output(outputs_ + i); });
  for (size_t i = 0; i < updates_.size(); ++i) apply_update(updates_[i], update_values_[i]);
  return results;
}

Tensor converted(const Tensor& value, const Spec& wanted, const std::string& name) {
  if (value.storage() == Storage::dense && wanted.storage == Storage::dense) return cast(value, wanted.dtype);
  LACUNA_REQUIRE(
      wanted.storage == Storage::csr, name,
      " is dense; give x.toarray(), or make it by Input(sparse=True) or K.placeholder(sparse=True) to take "
      "csr. Received: ",
      value.spec(), ".");
  data::Rows rows(value, name);
  Tensor result;
  rows.pack_range(0, rows.count(), wanted, result);
  return result.copy();
}

}  // namespace lacuna::backend
