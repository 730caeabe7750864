// Regularizers: what a weight adds to the loss.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "lacuna/base/arg.h"
#include "lacuna/base/config.h"
#include "lacuna/graph/symbol.h"

namespace lacuna::regularizers {

struct Regularizer {
  static constexpr auto kind = "regularizer";
  virtual ~Regularizer() = default;

  // A scalar. w is a weight or an output, dense, or rows of a table, row_sparse: those that a batch touches,
  // which alone count, in loss and gradient alike, or, where updates are exact, all.
  virtual Symbol loss(const Symbol& w) const = 0;
  // Whether values of 0 add nothing and stay, so that rows of zeros need not be there.
  virtual bool leaves_zeros() const { return false; }
  virtual std::string class_name() const = 0;
  virtual Config config() const { return {}; }
  virtual bool by_name() const { return false; }  // A function, for which its name stands in a config.

  // name, or class and config of what has settings: what stands for it in a config.
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

}  // namespace lacuna::regularizers
