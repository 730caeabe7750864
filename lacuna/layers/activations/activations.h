// Activations: functions of a symbol, by Keras' names. Those with f(0) = 0 also take csr and row_sparse; for
// the others, such as sigmoid and softmax, a csr input is an error.
#pragma once
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "lacuna/base/arg.h"
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {
namespace activations {

using Function = std::function<Symbol(const Symbol&)>;

struct Activation {
  static constexpr auto kind = "activation";
  std::string name{};  // "function" for a user's own
  Function function{};

  Symbol operator()(const Symbol& x) const { return function(x); }

  static std::shared_ptr<Activation> from_function(Function function, std::string name = {});
};

Symbol elu(const Symbol& x, double alpha = 1.0);
Symbol exponential(const Symbol& x);
Symbol hard_sigmoid(const Symbol& x);  // max(0, min(1, 0.2 x + 0.5))
Symbol linear(const Symbol& x);        // x itself
// max_value if x ≥ max_value, x if threshold ≤ x, else alpha (x - threshold).
Symbol relu(const Symbol& x, double alpha = 0.0, double max_value = std::numeric_limits<double>::infinity(),
            double threshold = 0.0);
Symbol selu(const Symbol& x);
Symbol sigmoid(const Symbol& x);
Symbol softmax(const Symbol& x, int axis = -1);  // Of rank 2 or more.
Symbol softplus(const Symbol& x);
Symbol softsign(const Symbol& x);
Symbol tanh(const Symbol& x);

}  // namespace activations
}  // namespace lacuna

namespace LACUNA_EXPORT lacuna {
LACUNA_REGISTRY(activations::Activation)
}  // namespace lacuna
