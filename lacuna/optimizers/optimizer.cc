// The steps of an optimizer: which rows of which weights move.
#include "lacuna/optimizers/optimizer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "lacuna/base/threads.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/kernels/long_sum.h"
#include "lacuna/kernels/one_unit.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {

LACUNA_REGISTRY_HERE(optimizers::Optimizer)

namespace optimizers {
namespace {

VariablePtr scalar(const char* name, double value) {
  auto variable = std::make_shared<Variable>(name, tensor::Dense::of<double>({}, std::span(&value, 1)));
  return variable;
}

double squares(const Tensor& gradient) {
  return with_float("clipnorm", gradient.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto values = gradient.storage() == Storage::dense ? gradient.dense().values<T>()
                                                             : gradient.row_sparse().values<T>();
    return kernels::sum_of_squares(values.data(), values.size());
  });
}

// What gradients are multiplied by, so that their norm together is within a limit.
double factor_within(double limit, std::span<const Gradient> gradients) {
  if (!(limit > 0)) return 1;
  double sum = 0;
  for (const Gradient& g : gradients) {
    LACUNA_REQUIRE(!g || g.is_whole(),
                   "optimizer: with clipnorm gradients must be whole. Received: factors of one.");
    if (g) sum += squares(*g.whole());
  }
  const double norm = std::sqrt(sum);
  return norm >= limit ? limit / norm : 1;
}

template <class T>
kernels::CsrView<T> view(const tensor::Csr& a) {
  return {static_cast<size_t>(a.rows), a.values<T>().data(), a.indices.as<int32_t>().data(),
          a.indptr.as<int32_t>().data()};
}

template <class T>
kernels::RowSums<T> sums_of(const Gradient& gradient, std::span<const int64_t> ids,
                            const kernels::UpdateRows<T>& to) {
  const tensor::Csr& entries = gradient.entries()->csr();
  kernels::RowSums<T> sums{entries.indptr.as<int32_t>().data(), entries.indices.as<int32_t>().data(),
                           entries.values<T>().data(), gradient.dy()->dense().values<T>().data(), to.width};
  if (gradient.share())
    sums.own = {gradient.share()->dense().values<T>().data(), ids.data(), to.weight, to.stride, to.width - 1};
  return sums;
}

}  // namespace

void check_settings(const char* where, std::initializer_list<std::pair<const char*, double>> numbers,
                    double from, double below) {
  for (const auto& [name, value] : numbers) {
    if (value >= from && value < below) continue;  // False for NaN.
    const std::string range = std::isinf(below) ? text("finite and at least ", from)
                                                : text("at least ", from, " and below ", below);
    throw InvalidArgument(where, ": ", name, " must be ", range, ". Received: ", name, "=", value, ".");
  }
}

Optimizer::Optimizer(std::string class_name, const CommonSettings& common, Config config,
                     std::unique_ptr<Rule> rule)
    : lr(scalar("lr", common.lr)),
      decay(scalar("decay", common.decay.value_or(0))),
      iterations(scalar("iterations", 0)),
      class_name_(std::move(class_name)),
      common_(common),
      config_(std::move(config)),
      rule_(std::move(rule)) {
  check_settings(class_name_.c_str(), {{"lr", common.lr},
                                       {"decay", common.decay.value_or(0)},
                                       {"clipnorm", common.clipnorm},
                                       {"clipvalue", common.clipvalue},
                                       {"global_clipnorm", common.global_clipnorm},
                                       {"clipnorm_each", common.clipnorm_each}});
  LACUNA_REQUIRE(common.clipnorm == 0 || common.global_clipnorm == 0, class_name_,
                 ": clipnorm and global_clipnorm are two names of one limit; give one. Received: clipnorm=",
                 common.clipnorm, ", global_clipnorm=", common.global_clipnorm, ".");
}

Config Optimizer::config() const {
  Config result = config_;
  result["lr"] = lr->scalar();
  if (common_.decay) result["decay"] = decay->scalar();
  return result;
}

double Optimizer::clip_factor(std::span<const Gradient> gradients) const {
  return factor_within(norm_limit(), gradients);
}

double Optimizer::clip_factor_of(const Gradient& gradient) const {
  return factor_within(common_.clipnorm_each, {&gradient, 1});
}

void Optimizer::step(std::span<const VariablePtr> weights, std::span<const Gradient> gradients) {
  const FlushDenormals flush;
  const double factor = clip_factor(gradients);
  const double done = iterations->scalar();
  const double rate = lr->scalar() / (1 + decay->scalar() * done);
  LACUNA_REQUIRE(rate >= 0 && rate < std::numeric_limits<double>::infinity(),
                 "optimizer: lr / (1 + decay · iterations) must be finite and at least 0. "
                 "Received: lr=",
                 lr->scalar(), ", decay=", decay->scalar(), ", iterations=", done, ".");
  const double limit = common_.clipvalue > 0 ? common_.clipvalue : std::numeric_limits<double>::infinity();
  for (const bool moves : {false, true})
    for (size_t i = 0; i < weights.size(); ++i)
      if (gradients[i])
        with_float("optimizer", weights[i]->spec().dtype, [&](auto tag) {
          using T = typename decltype(tag)::type;
          step_one<T>(weights[i], gradients[i],
                      {{static_cast<T>(factor * clip_factor_of(gradients[i])), static_cast<T>(limit)},
                       rate,
                       done + 1,
                       moves});
        });
  iterations->set_scalar(done + 1);
}

Ending Optimizer::as_ending(const Symbol& loss, const std::vector<VariablePtr>& params) {
  std::vector<Symbol> reads;
  for (const VariablePtr& param : params) {
    LACUNA_REQUIRE(
        !param->is_table(),
        "get_updates: a weight with sparse_weight or sparse_grad trains in fit and train_on_batch. Received: "
        "weight '",
        param->name(), "' ", param->spec(), ".");
    reads.push_back(read(param));
  }
  Ending result{lacuna::gradients(loss, reads), params, {}};
  for (size_t i = 0; i < params.size(); ++i)
    LACUNA_REQUIRE(result.values[i], "get_updates: the loss must depend on each param. Received: param '",
                   params[i]->name(), "'.");
  prepare(params);
  for (const VariablePtr& variable : variables()) result.variables.push_back(variable);
  result.run = [this, params](std::span<const Tensor* const> values) {
    const std::vector<Gradient> gradients(values.begin(), values.end());
    step(params, gradients);
  };
  return result;
}

States& Optimizer::states_at(const VariablePtr& weight) {
  if (const auto found = kept_.find(weight.get()); found != kept_.end()) return *found->second.states;
  auto states = std::make_shared<States>(*weight, rule_, owner_, moves_all_rows(*weight));
  return *kept_.emplace(weight.get(), Kept{weight, std::move(states)}).first->second.states;
}

void Optimizer::settle() {
  const FlushDenormals flush;
  for (const auto& entry : kept_) entry.second.states->settle();
}

const std::vector<tensor::Dense>* Optimizer::states_of(const Variable& weight) const {
  const auto found = kept_.find(&weight);
  return found == kept_.end() ? nullptr : &found->second.states->arrays();
}

size_t Optimizer::caught_up_rows() const {
  size_t rows = 0;
  for (const auto& entry : kept_) rows += entry.second.states->caught_up_rows();
  return rows;
}

template <class T>
std::span<T> Optimizer::zeros(Buffer& held, size_t values) {
  if (held.bytes() < values * sizeof(T)) {
    held.resize(values * sizeof(T));
    std::memset(held.data(), 0, held.bytes());
  }
  return held.as<T>();
}

template <class T>
void Optimizer::step_one(const VariablePtr& weight, const Gradient& gradient, const Step<T>& step) {
  States& states = states_at(weight);
  if (Behind* behind = weight->behind().get(); behind && behind != &states) {  // Of another optimizer.
    behind->settle();
    weight->set_behind(nullptr);
  }
  const WeightRows rows(weight->value());
  LACUNA_REQUIRE(!rule_->row_states() || gradient.is_whole(),
                 "optimizer: a state of one value a row needs whole gradients. Received: factors of one.");
  if (gradient.is_dense()) {
    LACUNA_REQUIRE(!rows.have_room(),
                   "optimizer: the gradient of a table must be row_sparse. Received: weight '",
                   weight->name(), "', gradient=", gradient.whole()->spec(), ".");
    if (!step.moves) return;
    states.settle();
    const T* values = gradient.whole()->dense().values<T>().data();
    rule_->update(states.rows<T>(), {nullptr, nullptr, values, states.count()}, step.clip, step.rate, step.t);
    return;
  }
  if (!step.moves) states.make_room();
  if (!moves_all_rows(*weight)) return step_rows(states, gradient, false, step);
  // Rows of a table that were never touched have no states, so a step only scales them; touched rows have
  // slots and move below.
  if (step.moves) rows.scale_others(rule_->scale_at_rest(step.rate));
  // Leaving rows behind costs a lookup for each named row, and its missed steps. A sweep streams through all
  // rows: for a row of one value that takes a hundredth of the time of a lookup.
  const bool one_unit = gradient.form() == GradientForm::one_unit;
  const size_t named = one_unit ? gradient.a()->csr().nonzeros() : gradient.row_ids().size();
  const size_t worth = rows.width() < 8 ? 160 : 16;
  if (!states.may_wait() || gradient.all_rows || states.count() <= worth * named ||
      !rule_->can_wait(step.rate)) {
    if (step.moves) states.settle();
    return sweep(states, gradient, step);
  }
  if (!step.moves) {
    if (weight->behind().get() != &states) states.make_room_behind();
  } else {
    states.end_step();
    if (states.is_full()) states.settle();
    if (weight->behind().get() != &states) {
      states.start();
      weight->set_behind(kept_.find(weight.get())->second.states);
    }
  }
  step_rows(states, gradient, true, step);
}

template <class T>
void Optimizer::step_rows(States& states, const Gradient& gradient, bool others, const Step<T>& step) {
  std::span<const int64_t> ids;
  kernels::UpdateGradient<T> from{};
  kernels::UpdateRows<T> to = states.rows<T>();
  if (gradient.form() == GradientForm::one_unit) {
    const tensor::Csr& a = gradient.a()->csr();
    const T* dy = gradient.dy()->dense().values<T>().data();
    if (rule_->descends() && step.clip.limit == std::numeric_limits<T>::infinity() &&
        static_cast<size_t>(a.rows) < kernels::kLongColumn) {
      if (step.moves)
        kernels::descend_one_unit(view<T>(a), dy, static_cast<T>(step.rate) * step.clip.factor, to.weight,
                                  to.stride);
      return;
    }
    // For each row, a sweep is cheaper than the lookup of an entry.
    if (!others && states.count() <= 4 * a.nonzeros()) return add_one_unit(states, gradient, false, step);
    ids = list_one_unit<T>(states, gradient, step);
    from.gradient = values_.as<T>().data();
  } else {
    ids = gradient.row_ids();
    if (gradient.is_whole()) {
      from.gradient = gradient.whole()->row_sparse().values<T>().data();
    } else {
      from.sums = sums_of<T>(gradient, ids, to);
    }
  }
  if (!step.moves) return;
  from.ids = ids.data();
  from.count = ids.size();
  if (others) states.catch_up(ids);
  rule_->update(to, from, step.clip, step.rate, step.t);
  if (others) states.stepped(ids, step.rate, step.t);
}

template <class T>
void Optimizer::sweep(States& states, const Gradient& gradient, const Step<T>& step) {
  if (gradient.form() == GradientForm::one_unit) return add_one_unit(states, gradient, true, step);
  const kernels::UpdateRows<T> to = states.rows<T>();
  const size_t rows = states.count();
  const auto ids = gradient.row_ids();
  kernels::UpdateGradient<T> from{nullptr, nullptr, nullptr, rows};
  // A narrow gradient is made dense here, so that the update is one SIMD loop: its rows are smaller than the
  // places that would point at them.
  if (to.width == 1 && gradient.is_whole()) {
    const T* values = gradient.whole()->row_sparse().values<T>().data();
    const auto all = zeros<T>(dense_, rows);
    if (!step.moves) return;
    for (size_t i = 0; i < ids.size(); ++i) all[static_cast<size_t>(ids[i])] = values[i];
    from.gradient = all.data();
    rule_->update(to, from, step.clip, step.rate, step.t);
    for (const int64_t id : ids) all[static_cast<size_t>(id)] = 0;
    return;
  }
  if (gradient.is_whole()) from.gradient = gradient.whole()->row_sparse().values<T>().data();
  else from.sums = sums_of<T>(gradient, ids, to);
  if (place_.size() < rows) place_.resize(rows);
  if (!step.moves) return;
  for (size_t i = 0; i < ids.size(); ++i) place_[static_cast<size_t>(ids[i])] = static_cast<int32_t>(i + 1);
  from.place = place_.data();
  rule_->update(to, from, step.clip, step.rate, step.t);
  for (const int64_t id : ids) place_[static_cast<size_t>(id)] = 0;
}

// Sums the gradient of one unit for all rows. all: rows that it does not name move too. See list_one_unit for
// the case where a list of the named rows is cheaper.
template <class T>
void Optimizer::add_one_unit(States& states, const Gradient& gradient, bool all, const Step<T>& step) {
  const kernels::CsrView<T> a = view<T>(gradient.a()->csr());
  const size_t rows = states.count(), entries = a.nonzeros();
  std::span<T> sums;
  if (all) {
    sums = zeros<T>(dense_, rows).first(rows);
  } else {
    named_.resize(rows * sizeof(T));
    sums = named_.as<T>();
    if (step.moves) std::ranges::fill(sums, -T(0));
  }
  if (!step.moves) return kernels::reserve_one_unit(a, sums.size());
  kernels::add_one_unit(a, gradient.dy()->dense().values<T>().data(), sums, !all);
  kernels::UpdateGradient<T> from{nullptr, nullptr, sums.data(), rows};
  from.some_named = !all;
  rule_->update(states.rows<T>(), from, step.clip, step.rate, step.t);
  if (!all) return;
  if (rows <= 4 * entries) std::memset(sums.data(), 0, rows * sizeof(T));
  else
    for (size_t k = 0; k < entries; ++k)
      sums[static_cast<size_t>(a.indices[static_cast<size_t>(a.indptr[0]) + k])] = 0;
}

// Writes the gradient to ids_ and values_.
template <class T>
std::span<const int64_t> Optimizer::list_one_unit(States& states, const Gradient& gradient,
                                                  const Step<T>& step) {
  const kernels::CsrView<T> a = view<T>(gradient.a()->csr());
  // A row of a table has room for its number: memory that the step reads anyway.
  T* const held = states.numbers<T>();
  const kernels::ColumnNumbers numbers =
      held ? kernels::ColumnNumbers{reinterpret_cast<int32_t*>(held),
                                    states.rows<T>().stride * sizeof(T) / sizeof(int32_t)}
           : kernels::ColumnNumbers{zeros<int32_t>(number_, states.count()).data(), 1};
  ids_.resize(a.nonzeros() * sizeof(int64_t));
  values_.resize(a.nonzeros() * sizeof(T));
  if (!step.moves) {
    kernels::reserve_one_unit(a, a.nonzeros());
    return {};
  }
  const auto ids = ids_.as<int64_t>();
  const size_t distinct = kernels::list_one_unit(a, gradient.dy()->dense().values<T>().data(), numbers,
                                                 ids.data(), values_.as<T>().data());
  return ids.first(distinct);
}

}  // namespace optimizers
}  // namespace lacuna
