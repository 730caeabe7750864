// Regularizers: penalties on weights and outputs that are added to the loss.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "lacuna/base/arg.h"
#include "lacuna/base/config.h"
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {
namespace regularizers {

struct Regularizer {
  static constexpr auto kind = "regularizer";
  virtual ~Regularizer() = default;

  // The penalty, a scalar. w is a weight or an output, dense, or row_sparse rows of a table: those that a
  // batch touches, so that only they count, in loss and gradient alike, or, where updates are exact, all of
  // them.
  virtual Symbol loss(const Symbol& w) const = 0;
  // Whether values of 0 add nothing and have no gradient, so that rows of zeros need not be stored.
  virtual bool leaves_zeros() const { return false; }
  virtual std::string class_name() const = 0;
  virtual Config config() const { return {}; }
  virtual bool by_name() const { return false; }  // A function; a config has just its name.

  // In a config the function is given by `name`, or, if it has settings, by `name` as the class and `config`.
  static std::shared_ptr<Regularizer> from_function(std::function<Symbol(const Symbol&)> function,
                                                    std::string name = "function",
                                                    std::optional<Config> config = {});
};

// l1 Σ|w| + l2 Σw²
struct L1L2 {
  double l1 = 0, l2 = 0;
  std::shared_ptr<Regularizer> make() const;
};
L1L2 l1(double l = 0.01);
L1L2 l2(double l = 0.01);
L1L2 l1_l2(double l1 = 0.01, double l2 = 0.01);

}  // namespace regularizers
}  // namespace lacuna

namespace LACUNA_EXPORT lacuna {
LACUNA_REGISTRY(regularizers::Regularizer)
}  // namespace lacuna
