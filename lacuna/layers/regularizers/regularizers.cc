// Regularizers, and their names.
#include "lacuna/layers/regularizers/regularizers.h"

#include "lacuna/graph/variable.h"
#include "lacuna/ops/arithmetic.h"
#include "lacuna/ops/reduce.h"
#include "lacuna/ops/scale.h"
#include "lacuna/ops/unary.h"

namespace lacuna {

LACUNA_REGISTRY(regularizers::Regularizer)

namespace regularizers {
namespace {

class Norms final : public Regularizer {
 public:
  explicit Norms(L1L2 settings) : settings_(settings) {}

  Symbol loss(const Symbol& w) const override {
    const auto [l1, l2] = settings_;
    Symbol first, second;
    if (l1 != 0) first = scale(sum(abs(w)), l1);
    if (l2 != 0) second = scale(sum_of_squares(w), l2);
    if (first && second) return add(first, second);
    return first ? first : second ? second : constant(0.0, w.dtype());
  }

  std::string class_name() const override { return "L1L2"; }
  Config config() const override { return {{"l1", settings_.l1}, {"l2", settings_.l2}}; }

 private:
  L1L2 settings_;
};

class FromFunction final : public Regularizer {
 public:
  explicit FromFunction(std::function<Symbol(const Symbol&)> function) : function_(std::move(function)) {}
  Symbol loss(const Symbol& w) const override { return function_(w); }

 private:
  std::function<Symbol(const Symbol&)> function_;
};

using Names = Registry<Regularizer>;
const bool registered = Names::add({"l1"}, [] { return l1().make(); }) &&
                        Names::add({"l2"}, [] { return l2().make(); }) &&
                        Names::add({"l1_l2"}, [] { return l1_l2().make(); }) &&
                        Names::add({"L1L2"}, [] { return L1L2{}.make(); });

}  // namespace

std::shared_ptr<Regularizer> Regularizer::from_function(std::function<Symbol(const Symbol&)> function) {
  return std::make_shared<FromFunction>(std::move(function));
}

std::shared_ptr<Regularizer> L1L2::make() const { return std::make_shared<Norms>(*this); }

L1L2 l1(double l) { return {.l1 = l}; }
L1L2 l2(double l) { return {.l2 = l}; }
L1L2 l1_l2(double l1, double l2) { return {.l1 = l1, .l2 = l2}; }

}  // namespace regularizers
}  // namespace lacuna
