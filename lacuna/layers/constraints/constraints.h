// Constraints on weights, which are restored after each step.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lacuna/base/arg.h"
#include "lacuna/base/config.h"
#include "lacuna/graph/symbol.h"
#include "lacuna/tensor/weight_rows.h"

namespace LACUNA_EXPORT lacuna {
namespace constraints {

struct Constraint {
  static constexpr auto kind = "constraint";
  virtual ~Constraint() = default;

  // Restores the constraint in place after a step: for all rows that the weight holds, or, if only some rows
  // of a table moved, for those in the slots `moved`.
  virtual void apply(const WeightRows& rows, const Shape& shape,
                     std::optional<std::span<const int64_t>> moved) const;

  // The same for a matrix whose row r starts at values + r * stride. A vector is a matrix of one column.
  // Allocates nothing; the same bits for any number of threads.
  virtual void apply(float* values, size_t rows, size_t columns, size_t stride) const = 0;
  virtual void apply(double* values, size_t rows, size_t columns, size_t stride) const = 0;

  // Whether no row depends on another, so that it may be applied to single rows of a table.
  virtual bool row_wise() const = 0;
  // Whether rows of zeros do not change, so that a table need not hold them.
  virtual bool leaves_zeros() const { return false; }

  // The same as a function of a symbol.
  virtual Symbol operator()(const Symbol& w) const = 0;

  virtual std::string class_name() const = 0;
  virtual Config config() const = 0;
  virtual bool by_name() const { return false; }  // A function; a config has just its name.

  // One of one's own: a function that gives the constrained weight. Of a table it gets the rows that moved,
  // and must treat each alone. In a config it is given by `name`, or, if it has settings, by `name` as the
  // class and `config`.
  static std::shared_ptr<Constraint> from_function(std::function<Symbol(const Symbol&)> function,
                                                   std::string name = "function",
                                                   std::optional<Config> config = {});
};
using Ptr = std::shared_ptr<Constraint>;

// Negative values become 0.
struct NonNeg {
  Ptr make() const;
};

// The others scale vectors to a norm. axis: the axes that the norm sums over: {0} takes each column of a
// matrix (the weights of a unit), {1} each row; {0, 1, 2} each filter of a two-dimensional convolution.
struct MaxNorm {
  double max_value = 2;
  std::vector<int64_t> axis{0};
  Ptr make() const;
};
struct UnitNorm {
  std::vector<int64_t> axis{0};
  Ptr make() const;
};
// The norm moves towards [min_value, max_value] by `rate` of the way.
struct MinMaxNorm {
  double min_value = 0, max_value = 1, rate = 1;
  std::vector<int64_t> axis{0};
  Ptr make() const;
};

using max_norm = MaxNorm;
using unit_norm = UnitNorm;
using min_max_norm = MinMaxNorm;
using non_neg = NonNeg;

}  // namespace constraints
}  // namespace lacuna

namespace LACUNA_EXPORT lacuna {
LACUNA_REGISTRY(constraints::Constraint)
}  // namespace lacuna
