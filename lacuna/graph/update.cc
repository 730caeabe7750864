// Updates are checked when they are made, and applied after a step.
#include "lacuna/graph/update.h"

#include <cstring>

#include "lacuna/base/error.h"

namespace lacuna {

Update update(const VariablePtr& variable, const Symbol& value, double momentum) {
  LACUNA_REQUIRE(variable && value, "update: a variable and a value must be given. Received: ",
                 variable ? "no value." : "no variable.");
  const Spec &x = variable->spec(), &v = value.spec();
  LACUNA_REQUIRE(
      x.storage == Storage::dense && v.storage == Storage::dense && x.shape == v.shape && x.dtype == v.dtype,
      "update: the value must have the shape and dtype of the variable, and both be dense. Received: "
      "variable '",
      variable->name(), "' ", x, ", value=", v, ".");
  LACUNA_REQUIRE(momentum >= 0 && momentum <= 1,
                 "update: momentum must be in [0, 1]. Received: momentum=", momentum, ".");
  return {variable, value, momentum};
}

void UpdateValues::keep(std::span<const Update> updates, const std::function<const Tensor&(size_t)>& value) {
  values_.resize(updates.size());
  copies_.resize(updates.size());
  for (size_t i = 0; i < updates.size(); ++i) {
    const tensor::Dense& computed = value(i).dense();
    values_[i] = &value(i);
    for (size_t before = 0; before < i; ++before) {
      if (updates[before].variable->value().dense().data.data() != computed.data.data()) continue;
      if (copies_[i].storage() != Storage::dense) copies_[i] = tensor::Dense();
      copies_[i].dense().resize(computed.shape, computed.dtype);
      std::memcpy(copies_[i].dense().data.data(), computed.data.data(), computed.data.bytes());
      values_[i] = &copies_[i];
      break;
    }
  }
}

void apply_update(const Update& update, const Tensor& value) {
  if (Behind* behind = update.variable->behind().get()) behind->settle();
  tensor::Dense& x = update.variable->value().dense();
  const tensor::Dense& v = value.dense();
  if (update.momentum == 0) {
    std::memcpy(x.data.data(), v.data.data(), v.data.bytes());
    return;
  }
  with_float("update", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto from = v.values<T>();
    const auto to = x.values<T>();
    const T share = static_cast<T>(1 - update.momentum);
    for (size_t i = 0; i < to.size(); ++i) to[i] -= share * (to[i] - from[i]);
  });
}

}  // namespace lacuna
