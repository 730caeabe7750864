// A constraint as a function of symbols, run as a small plan over the rows of a weight.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "lacuna/graph/plan.h"
#include "lacuna/tensor/weight_rows.h"

namespace lacuna::constraints {

// Thread-safe. Plans are made at the first use with a shape, and keep their memory.
class ByPlan {
 public:
  explicit ByPlan(std::function<Symbol(const Symbol&)> function) : function_(std::move(function)) {}

  Symbol operator()(const Symbol& w) const { return function_(w); }
  // See Constraint::apply. Throws InvalidArgument if the function joins rows of a table, or gives another
  // shape.
  void apply(const WeightRows& rows, const Shape& shape, std::optional<std::span<const int64_t>> moved) const;

 private:
  struct Made {
    Spec spec;
    std::unique_ptr<Plan> plan;
    Tensor fed;
  };
  Made& made(const Spec& spec) const;

  std::function<Symbol(const Symbol&)> function_;
  mutable std::mutex mutex_{};
  mutable std::vector<std::unique_ptr<Made>> made_{};
};

}  // namespace lacuna::constraints
