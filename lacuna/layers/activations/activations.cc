// Activations, and their names.
#include "lacuna/layers/activations/activations.h"

#include <numeric>

#include "lacuna/base/message.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/reductions/softmax.h"
#include "lacuna/ops/shape/permute_dimensions.h"

namespace lacuna {

LACUNA_REGISTRY_HERE(activations::Activation)

namespace activations {
namespace {

bool add(const char* name, Function function) {
  return Registry<Activation>::add({name}, [=] { return Activation::from_function(function, name); });
}

const bool activations_registered = [] {
  add("elu", [](const Symbol& x) { return activations::elu(x); });
  add("exponential", exponential);
  add("hard_sigmoid", hard_sigmoid);
  add("linear", linear);
  add("relu", [](const Symbol& x) { return activations::relu(x); });
  add("selu", selu);
  add("sigmoid", sigmoid);
  add("softmax", [](const Symbol& x) { return activations::softmax(x); });
  add("softplus", softplus);
  add("softsign", softsign);
  add("tanh", tanh);
  return true;
}();

}  // namespace

std::shared_ptr<Activation> Activation::from_function(Function function, std::string name) {
  LACUNA_REQUIRE(static_cast<bool>(function),
                 "activation: the function must not be empty. Received: an empty function.");
  return std::make_shared<Activation>(
      Activation{name.empty() ? "function" : std::move(name), std::move(function)});
}

Symbol elu(const Symbol& x, double alpha) { return lacuna::elu(x, alpha); }
Symbol exponential(const Symbol& x) { return lacuna::exp(x); }
Symbol hard_sigmoid(const Symbol& x) { return lacuna::hard_sigmoid(x); }
Symbol linear(const Symbol& x) { return x; }
Symbol relu(const Symbol& x, double alpha, double max_value, double threshold) {
  return lacuna::relu(x, alpha, max_value, threshold);
}
Symbol selu(const Symbol& x) { return lacuna::selu(x); }
Symbol sigmoid(const Symbol& x) { return lacuna::sigmoid(x); }
Symbol softmax(const Symbol& x, int axis) {
  LACUNA_REQUIRE(x.rank() >= 2,
                 "softmax: the input must have a batch and another dimension. Received: x=", x.spec(), ".");
  const int rank = static_cast<int>(x.rank());
  LACUNA_REQUIRE(axis >= -rank && axis < rank, "softmax: axis must be one of x. Received: axis=", axis,
                 ", x=", x.spec(), ".");
  if (x.shape()[static_cast<size_t>(axis < 0 ? axis + rank : axis)] == 1)
    warn(
        text("softmax: along an axis of size 1 it is 1 whatever x is, and nothing is learned; for one unit "
             "use 'sigmoid'. "
             "Received: axis=",
             axis, ", x=", x.spec(), "."));
  if (axis == -1 || axis == rank - 1) return lacuna::softmax(x);
  std::vector<int> pattern(x.rank());  // Swaps the axis with the last one.
  std::iota(pattern.begin(), pattern.end(), 0);
  std::swap(pattern[static_cast<size_t>(axis < 0 ? axis + rank : axis)], pattern.back());
  return permute_dimensions(lacuna::softmax(permute_dimensions(x, pattern)), pattern);
}
Symbol softplus(const Symbol& x) { return lacuna::softplus(x); }
Symbol softsign(const Symbol& x) { return lacuna::softsign(x); }
Symbol tanh(const Symbol& x) { return lacuna::tanh(x); }

}  // namespace activations
}  // namespace lacuna
