// One step of an optimizer: which rows of which weights move.
#include "lacuna/optimizers/optimizer.h"

#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>

#include "lacuna/base/threads.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {

LACUNA_REGISTRY(optimizers::Optimizer)

namespace optimizers {
namespace {

uint64_t next_id() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

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

Optimizer::Optimizer(const CommonSettings& settings)
    : lr(scalar("lr", settings.lr)),
      decay(scalar("decay", settings.decay)),
      iterations(scalar("iterations", 0)),
      settings_(settings),
      id_(next_id()) {
  require(settings.lr >= 0 && settings.decay >= 0 && settings.clipnorm >= 0 && settings.clipvalue >= 0,
          "optimizer: lr, decay, clipnorm and clipvalue must not be negative. Received: lr=", settings.lr,
          ", decay=", settings.decay, ", clipnorm=", settings.clipnorm, ", clipvalue=", settings.clipvalue,
          ".");
}

void Optimizer::step(std::span<const VariablePtr> weights, std::span<const Tensor* const> gradients) {
  const FlushDenormals flush;
  double factor = 1;
  if (settings_.clipnorm > 0) {
    double sum = 0;
    for (const Tensor* g : gradients)
      if (g) sum += squares(*g);
    const double norm = std::sqrt(sum);
    if (norm >= settings_.clipnorm) factor = settings_.clipnorm / norm;
  }
  const double done = iterations->scalar();
  const double rate = lr->scalar() / (1 + decay->scalar() * done);
  for (size_t i = 0; i < weights.size(); ++i)
    if (gradients[i])
      with_float("optimizer", weights[i]->spec().dtype, [&](auto tag) {
        step_one<typename decltype(tag)::type>(weights[i], *gradients[i], factor, rate, done + 1);
      });
  iterations->set_scalar(done + 1);
}

const std::vector<tensor::Dense>* Optimizer::states_of(const Variable& weight) const {
  const auto found = states_.find(&weight);
  return found == states_.end() ? nullptr : &found->second.arrays;
}

template <class T>
std::span<T> Optimizer::dense_gradient(size_t values) {
  if (dense_.bytes() < values * sizeof(T)) {
    dense_.resize(values * sizeof(T));
    std::memset(dense_.data(), 0, dense_.bytes());
  }
  return dense_.as<T>();
}

template <class T>
void Optimizer::step_one(const VariablePtr& weight, const Tensor& gradient, double factor, double rate,
                         double step) {
  const double limit =
      settings_.clipvalue > 0 ? settings_.clipvalue : std::numeric_limits<double>::infinity();
  const kernels::Clip<T> clip{static_cast<T>(factor), static_cast<T>(limit)};
  const size_t count = states();

  kernels::UpdateRows<T> to{};
  size_t rows = 1;
  if (weight->is_table()) {
    RowTable& table = weight->value().table();
    // States that another optimizer left mean something else: Adagrad takes the root of its own.
    if (count && table.state_owner() != id_) table.set_states(count, id_);
    rows = table.size();
    to = {table.rows<T>(), {}, table.stride(), table.width()};
    for (size_t k = 0; k < 3; ++k) to.state[k] = to.weight + (k < count ? k + 1 : 0) * table.width();
  } else {
    tensor::Dense& value = weight->value().dense();
    auto& arrays = states_.try_emplace(weight.get(), States{weight, {}}).first->second.arrays;
    while (arrays.size() < count) {
      tensor::Dense& state = arrays.emplace_back();
      state.resize(value.shape, value.dtype);
      std::memset(state.data.data(), 0, state.data.bytes());
    }
    if (!value.shape.empty()) rows = static_cast<size_t>(value.shape[0]);
    const size_t width = rows ? value.size() / rows : 0;
    to = {value.values<T>().data(), {}, width, width};
    for (size_t k = 0; k < 3; ++k)
      to.state[k] = k < count ? arrays[k].template values<T>().data() : to.weight;
  }

  if (gradient.storage() == Storage::dense) {
    if (weight->is_table())  // Not by require: its arguments would be made at each step.
      throw InvalidArgument(text("optimizer: the gradient of a table must be row_sparse. Received: weight '",
                                 weight->name(), "', gradient=", gradient.spec(), "."));
    update(to, {nullptr, nullptr, gradient.dense().values<T>().data(), rows}, clip, rate, step);
    return;
  }
  const tensor::RowSparse& g = gradient.row_sparse();
  const auto ids = g.row_ids();
  const bool lazy = weight->is_table() && settings_.lazy_update;
  if (lazy || !moves_without_gradient()) {
    update(to, {ids.data(), nullptr, g.values<T>().data(), ids.size()}, clip, rate, step);
    return;
  }
  // All rows, as if the gradient were dense: for a table those ever touched, since the others have no state
  // to move by. A narrow gradient is made dense for the time, so that the update is one SIMD loop: its rows
  // are smaller than the places that would point at them.
  if (to.width == 1) {
    const auto all = dense_gradient<T>(rows);
    const auto values = g.values<T>();
    for (size_t i = 0; i < ids.size(); ++i) all[static_cast<size_t>(ids[i])] = values[i];
    update(to, {nullptr, nullptr, all.data(), rows}, clip, rate, step);
    for (const int64_t id : ids) all[static_cast<size_t>(id)] = 0;
    return;
  }
  if (place_.size() < rows) place_.resize(rows);
  for (size_t i = 0; i < ids.size(); ++i) place_[static_cast<size_t>(ids[i])] = static_cast<int32_t>(i + 1);
  update(to, {nullptr, place_.data(), g.values<T>().data(), rows}, clip, rate, step);
  for (const int64_t id : ids) place_[static_cast<size_t>(id)] = 0;
}

}  // namespace optimizers
}  // namespace lacuna
