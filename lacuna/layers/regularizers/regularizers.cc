// Regularizers, and their names.
#include "lacuna/layers/regularizers/regularizers.h"

#include <cmath>

#include "lacuna/base/error.h"
#include "lacuna/graph/row_wise.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna {

LACUNA_REGISTRY_HERE(regularizers::Regularizer)

namespace regularizers {
namespace {

void list(Settings& s, L1L2& o) { s("l1", o.l1)("l2", o.l2); }

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

  bool leaves_zeros() const override { return true; }
  std::string class_name() const override { return "L1L2"; }
  Config config() const override { return written(list, settings_); }

 private:
  L1L2 settings_;
};

class FromFunction final : public Regularizer {
 public:
  FromFunction(std::function<Symbol(const Symbol&)> function, std::string name, std::optional<Config> config)
      : function_(std::move(function)), name_(std::move(name)), config_(std::move(config)) {}
  Symbol loss(const Symbol& w) const override {
    if (w.storage() == Storage::row_sparse) require_sum_over_rows(name_.c_str(), function_, w.spec());
    return function_(w);
  }
  std::string class_name() const override { return name_; }
  Config config() const override { return config_.value_or(Config{}); }
  bool by_name() const override { return !config_; }

 private:
  std::function<Symbol(const Symbol&)> function_;
  std::string name_;
  std::optional<Config> config_;
};

using Names = Registry<Regularizer>;
const bool regularizers_registered = Names::add({"l1", "L1"}, list, l1()) &&
                                     Names::add({"l2", "L2"}, list, l2()) &&
                                     Names::add({"l1_l2"}, list, l1_l2()) && Names::add<L1L2>({"L1L2"}, list);

}  // namespace

std::shared_ptr<Regularizer> Regularizer::from_function(std::function<Symbol(const Symbol&)> function,
                                                        std::string name, std::optional<Config> config) {
  return std::make_shared<FromFunction>(std::move(function), std::move(name), std::move(config));
}

std::shared_ptr<Regularizer> L1L2::make() const {
  LACUNA_REQUIRE(std::isfinite(l1) && std::isfinite(l2), "L1L2: l1 and l2 must be finite. Received: l1=", l1,
                 ", l2=", l2, ".");
  return std::make_shared<Norms>(*this);
}

L1L2 l1(double l) { return {.l1 = l}; }
L1L2 l2(double l) { return {.l2 = l}; }
L1L2 l1_l2(double l1, double l2) { return {.l1 = l1, .l2 = l2}; }

}  // namespace regularizers
}  // namespace lacuna
