// One step of an optimizer: which rows of which weights move.
#include "lacuna/optimizers/optimizer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "lacuna/base/threads.h"
#include "lacuna/kernels/one_unit.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {

LACUNA_REGISTRY(optimizers::Optimizer)

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

}  // namespace

void check_settings(const char* where, std::initializer_list<std::pair<const char*, double>> numbers,
                    double from, double below) {
  for (const auto& [name, value] : numbers) {
    if (value >= from && value < below) continue;  // Not by require: NaN is neither.
    const std::string range = std::isinf(below) ? text("finite and at least ", from)
                                                : text("at least ", from, " and below ", below);
    throw InvalidArgument(text(where, ": ", name, " must be ", range, ". Received: ", name, "=", value, "."));
  }
}

Optimizer::Optimizer(std::string class_name, const CommonSettings& common, Config own,
                     std::unique_ptr<Rule> rule)
    : lr(scalar("lr", common.lr)),
      decay(scalar("decay", common.decay.value_or(0))),
      iterations(scalar("iterations", 0)),
      class_name_(std::move(class_name)),
      common_(common),
      own_(std::move(own)),
      rule_(std::move(rule)) {
  check_settings(class_name_.c_str(), {{"lr", common.lr},
                                       {"decay", common.decay.value_or(0)},
                                       {"clipnorm", common.clipnorm},
                                       {"clipvalue", common.clipvalue},
                                       {"global_clipnorm", common.global_clipnorm}});
  require(common.clipnorm == 0 || common.global_clipnorm == 0, class_name_,
          ": clipnorm and global_clipnorm are two names of one limit; give one. Received: clipnorm=",
          common.clipnorm, ", global_clipnorm=", common.global_clipnorm, ".");
}

Config Optimizer::config() const {
  Config result = own_;
  result["lr"] = lr->scalar();
  if (common_.decay) result["decay"] = decay->scalar();
  result["lazy_update"] = common_.lazy_update;
  if (common_.clipnorm > 0) result["clipnorm"] = common_.clipnorm;
  if (common_.clipvalue > 0) result["clipvalue"] = common_.clipvalue;
  if (common_.global_clipnorm > 0) result["global_clipnorm"] = common_.global_clipnorm;
  return result;
}

void Optimizer::step(std::span<const VariablePtr> weights, std::span<const Gradient> gradients) {
  const FlushDenormals flush;
  double factor = 1;
  if (const double limit = norm_limit(); limit > 0) {
    double sum = 0;
    for (const Gradient& g : gradients) {
      if (g && !g.whole)
        throw InvalidArgument("optimizer: with clipnorm gradients must be whole. Received: factors of one.");
      if (g) sum += squares(*g.whole);
    }
    const double norm = std::sqrt(sum);
    if (norm >= limit) factor = limit / norm;
  }
  const double done = iterations->scalar();
  const double rate = lr->scalar() / (1 + decay->scalar() * done);
  if (!(rate >= 0 && rate < std::numeric_limits<double>::infinity()))
    throw InvalidArgument(
        text("optimizer: lr / (1 + decay · iterations) must be finite and at least 0. "
             "Received: lr=",
             lr->scalar(), ", decay=", decay->scalar(), ", iterations=", done, "."));
  for (size_t i = 0; i < weights.size(); ++i)
    if (gradients[i])
      with_float("optimizer", weights[i]->spec().dtype, [&](auto tag) {
        step_one<typename decltype(tag)::type>(weights[i], gradients[i], factor, rate, done + 1);
      });
  iterations->set_scalar(done + 1);
}

const std::vector<tensor::Dense>* Optimizer::states_of(const Variable& weight) const {
  const auto found = states_.find(&weight);
  return found == states_.end() ? nullptr : &found->second.arrays;
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
void Optimizer::step_one(const VariablePtr& weight, const Gradient& gradient, double factor, double rate,
                         double step) {
  const double limit = common_.clipvalue > 0 ? common_.clipvalue : std::numeric_limits<double>::infinity();
  const kernels::Clip<T> clip{static_cast<T>(factor), static_cast<T>(limit)};
  const size_t count = rule_->states();

  kernels::UpdateRows<T> to{};
  T* numbers_at = nullptr;  // Where the first row of a table of one unit has room for a number.
  size_t rows = 1;
  if (weight->is_table()) {
    RowTable& table = weight->value().table();
    const bool numbered = table.width() == 1 && !table.slots_are_ids() && !rule_->descends();
    const size_t width = rule_->row_states() ? 1 : table.width();
    const size_t held = count * width + (numbered ? 1 : 0);
    const size_t first = held ? table.states_of(owner_, held) : 0;
    rows = table.slots();
    to = {table.rows<T>(), {}, table.stride(), table.width(), table.stride()};
    if (numbered) numbers_at = to.weight + first + count * width;
    for (size_t k = 0; k < 3; ++k) to.state[k] = to.weight + (k < count ? first + k * width : 0);
  } else {
    tensor::Dense& value = weight->value().dense();
    if (!value.shape.empty()) rows = static_cast<size_t>(value.shape[0]);
    const size_t width = rows ? value.size() / rows : 0;
    auto& arrays = states_.try_emplace(weight.get(), States{weight, {}}).first->second.arrays;
    while (arrays.size() < count) {
      tensor::Dense& state = arrays.emplace_back();
      if (rule_->row_states()) state.resize({static_cast<Dim>(rows)}, value.dtype);
      else state.resize(value.shape, value.dtype);
      std::memset(state.data.data(), 0, state.data.bytes());
    }
    to = {value.values<T>().data(), {}, width, width, count && rule_->row_states() ? 1 : width};
    for (size_t k = 0; k < 3; ++k)
      to.state[k] = k < count ? arrays[k].template values<T>().data() : to.weight;
  }

  if (gradient.is_dense()) {
    if (weight->is_table())  // Not by require: its arguments would be made at each step.
      throw InvalidArgument(text("optimizer: the gradient of a table must be row_sparse. Received: weight '",
                                 weight->name(), "', gradient=", gradient.whole->spec(), "."));
    rule_->update(to, {nullptr, nullptr, gradient.whole->dense().values<T>().data(), rows}, clip, rate, step);
    return;
  }
  const bool lazy = weight->is_table() && common_.lazy_update;
  if (rule_->row_states() && !gradient.whole)
    throw InvalidArgument(
        "optimizer: a state of one value a row needs whole gradients. Received: factors of one.");
  // Those that a sweep moves: rows without a state stay where they are anyway.
  const uint8_t* swept =
      weight->is_table() && rule_->moves_without_state() ? weight->value().table().marks() : nullptr;
  if (gradient.a)
    return step_one_unit<T>(to, numbers_at, rows, rule_->moves_without_gradient() && !lazy, swept, gradient,
                            clip, rate, step);
  const auto ids = gradient.row_ids();
  kernels::UpdateGradient<T> from{ids.data(), nullptr, nullptr, ids.size()};
  if (gradient.whole) {
    from.gradient = gradient.whole->row_sparse().values<T>().data();
  } else {
    const tensor::Csr& entries = gradient.entries->csr();
    from.sums = {entries.indptr.as<int32_t>().data(), entries.indices.as<int32_t>().data(),
                 entries.values<T>().data(), gradient.dy->dense().values<T>().data(), to.width};
    if (gradient.share)
      from.sums.own = {gradient.share->dense().values<T>().data(), ids.data(), to.weight, to.stride,
                       to.width - 1};
  }
  if (lazy || !rule_->moves_without_gradient()) {
    rule_->update(to, from, clip, rate, step);
    return;
  }
  // All rows, as if the gradient were dense: for a table those ever touched, since the others have no state
  // to move by. A narrow gradient is made dense for the time, so that the update is one SIMD loop: its rows
  // are smaller than the places that would point at them.
  if (to.width == 1 && from.gradient) {
    const auto all = zeros<T>(dense_, rows);
    for (size_t i = 0; i < ids.size(); ++i) all[static_cast<size_t>(ids[i])] = from.gradient[i];
    rule_->update(to, {nullptr, nullptr, all.data(), rows, {}, false, swept}, clip, rate, step);
    for (const int64_t id : ids) all[static_cast<size_t>(id)] = 0;
    return;
  }
  if (place_.size() < rows) place_.resize(rows);
  for (size_t i = 0; i < ids.size(); ++i) place_[static_cast<size_t>(ids[i])] = static_cast<int32_t>(i + 1);
  from.ids = nullptr;
  from.place = place_.data();
  from.marks = swept;
  from.count = rows;
  rule_->update(to, from, clip, rate, step);
  for (const int64_t id : ids) place_[static_cast<size_t>(id)] = 0;
}

// The gradient of one unit is summed here, by what its use makes cheapest. all: rows that it does not name
// move too, those that `swept` marks, or without it all.
template <class T>
void Optimizer::step_one_unit(const kernels::UpdateRows<T>& to, T* numbers_at, size_t rows, bool all,
                              const uint8_t* swept, const Gradient& gradient, const kernels::Clip<T>& clip,
                              double rate, double step) {
  const tensor::Csr& csr = gradient.a->csr();
  const kernels::CsrView<T> a{static_cast<size_t>(csr.rows), csr.values<T>().data(),
                              csr.indices.as<int32_t>().data(), csr.indptr.as<int32_t>().data()};
  const T* dy = gradient.dy->dense().values<T>().data();
  if (rule_->descends() && clip.limit == std::numeric_limits<T>::infinity())
    return kernels::descend_one_unit(a, dy, static_cast<T>(rate) * clip.factor, to.weight, to.stride);
  const size_t entries = a.nonzeros();
  // A sweep over a row is a part of what an entry costs that is looked up.
  const bool few_rows = rows <= 4 * entries;
  if (all || few_rows) {
    std::span<T> sums;
    if (all) {
      sums = zeros<T>(dense_, rows);
    } else {
      named_.resize(rows * sizeof(T));
      sums = named_.as<T>();
      std::ranges::fill(sums, -T(0));
    }
    kernels::add_one_unit(a, dy, sums.data(), !all);
    kernels::UpdateGradient<T> from{nullptr, nullptr, sums.data(), rows};
    from.some_named = !all;
    from.marks = all ? swept : nullptr;
    rule_->update(to, from, clip, rate, step);
    if (!all) return;
    if (few_rows) std::memset(sums.data(), 0, rows * sizeof(T));
    else
      for (size_t k = 0; k < entries; ++k)
        sums[static_cast<size_t>(a.indices[static_cast<size_t>(a.indptr[0]) + k])] = 0;
    return;
  }
  // In a table a row holds its number itself: memory that the step meets anyway.
  const size_t words = sizeof(T) / sizeof(int32_t);
  const kernels::ColumnNumbers numbers =
      numbers_at ? kernels::ColumnNumbers{reinterpret_cast<int32_t*>(numbers_at), to.stride * words}
                 : kernels::ColumnNumbers{zeros<int32_t>(number_, rows).data(), 1};
  ids_.resize(entries * sizeof(int64_t));
  values_.resize(entries * sizeof(T));
  const auto ids = ids_.as<int64_t>();
  const size_t distinct = kernels::list_one_unit(a, dy, numbers, ids.data(), values_.as<T>().data());
  rule_->update(to, {ids.data(), nullptr, values_.as<T>().data(), distinct}, clip, rate, step);
}

}  // namespace optimizers
}  // namespace lacuna
