// Updates are checked when they are made, and applied after a step.
#include "lacuna/graph/update.h"

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

void apply_update(const Update& update, const Tensor& value) {
  if (Behind* behind = update.variable->behind().get()) behind->settle();
  tensor::Dense& x = update.variable->value().dense();
  const tensor::Dense& v = value.dense();
  with_float("update", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto from = v.values<T>();
    const auto to = x.values<T>();
    const T share = static_cast<T>(1 - update.momentum);
    if (update.momentum == 0) std::copy(from.begin(), from.end(), to.begin());
    else
      for (size_t i = 0; i < to.size(); ++i) to[i] -= share * (to[i] - from[i]);
  });
}

}  // namespace lacuna
