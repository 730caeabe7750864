// Whether a prediction may be a probability, by the op that makes it.
#include "lacuna/losses/probabilities.h"

#include <algorithm>
#include <string_view>

#include "lacuna/graph/op.h"

namespace lacuna::losses {

std::string not_a_probability(const Symbol& y_pred) {
  static constexpr std::string_view kMakers[] = {"dot",       "bias_add", "interactions", "take",
                                                 "batch_dot", "relu",     "elu",          "selu",
                                                 "softplus",  "softsign", "tanh"};
  // The result of these ops has no more limits than their first input.
  static constexpr std::string_view kPassesOn[] = {
      "add", "subtract", "scale", "shift", "reshape", "reshape_all", "squeeze", "expand_dims", "dropout"};
  const auto is_one_of = [](std::string_view name, const auto& names) {
    return std::ranges::count(names, name) > 0;
  };
  Symbol at = y_pred;
  for (;;) {
    const std::string_view name = at.node()->op().name();
    if (is_one_of(name, kMakers)) return std::string(name);
    if (!is_one_of(name, kPassesOn)) return {};
    at = at.node()->in(0);
  }
}

}  // namespace lacuna::losses
