// Activations and clip, element by element.
#include "lacuna/ops/elementwise/unary.h"

#include "lacuna/ops/elementwise/activation_functions.h"

namespace lacuna {
namespace {

const bool unary_registered =
    unary::register_all<unary::Clip, unary::ClippedRelu, unary::Elu, unary::HardSigmoid, unary::Relu,
                        unary::Selu, unary::Sigmoid, unary::Softplus, unary::Softsign, unary::Tanh>();

}  // namespace

using unary::applied;

Symbol sigmoid(const Symbol& x) { return applied<unary::Sigmoid>(x); }
Symbol input_of_sigmoid(const Symbol& y) {
  const auto* op = dynamic_cast<const unary::Forward*>(&y.node()->op());
  return op && &op->function == &unary::function_of<unary::Sigmoid>() ? y.node()->in(0) : Symbol();
}
Symbol hard_sigmoid(const Symbol& x) { return applied<unary::HardSigmoid>(x); }
Symbol tanh(const Symbol& x) { return applied<unary::Tanh>(x); }
Symbol softplus(const Symbol& x) { return applied<unary::Softplus>(x); }
Symbol softsign(const Symbol& x) { return applied<unary::Softsign>(x); }
Symbol elu(const Symbol& x, double alpha) { return applied<unary::Elu>(x, {.alpha = alpha}); }
Symbol selu(const Symbol& x) { return applied<unary::Selu>(x); }

Symbol relu(const Symbol& x, double alpha, double max_value, double threshold) {
  LACUNA_REQUIRE(max_value >= 0, "relu: max_value must not be negative. Received: max_value=", max_value,
                 ".");
  const unary::Parameters p{.alpha = alpha, .high = max_value, .low = threshold};
  return unary::Relu::takes(p) ? applied<unary::Relu>(x, p) : applied<unary::ClippedRelu>(x, p);
}

Symbol clip(const Symbol& x, double min_value, double max_value) {
  LACUNA_REQUIRE(
      min_value <= max_value,
      "clip: min_value must not be above max_value; write max(min_value, max_value) for max_value, as "
      "Keras 2.2.4 does. Received: min_value=",
      min_value, ", max_value=", max_value, ".");
  return applied<unary::Clip>(x, {.high = max_value, .low = min_value});
}

}  // namespace lacuna
