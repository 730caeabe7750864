#include "lacuna/training/front.h"

#include "lacuna/graph/gradient.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/products/take.h"

namespace lacuna {

OnFed on_fed_inputs(const Network& network, const std::vector<Symbol>& outputs, std::span<const Spec> fed) {
  OnFed result;
  for (size_t i = 0; i < network.fed_inputs().size(); ++i) {
    const Symbol& old = network.fed_inputs()[i];
    if (old.storage() == fed[i].storage && old.dtype() == fed[i].dtype) {
      result.inputs.push_back(old);
      continue;
    }
    const Symbol now = placeholder({old.shape(), fed[i].dtype, fed[i].storage}, network.fed_names()[i]);
    result.inputs.push_back(now);
    result.from.push_back(old);
    if (old.dtype() == fed[i].dtype) {
      result.to.push_back(now);
      continue;
    }
    result.to.push_back(cast(now, old.dtype()));
    for (const auto& node : in_order(outputs))
      if (is_as_ids(*node) && node->in(0) == old) {
        result.from.push_back(Symbol(node, 0));
        result.to.push_back(now);
      }
  }
  return result;
}

Front::Front(const Network& network, std::span<const Spec> fed) {
  const OnFed on_fed = on_fed_inputs(network, network.front(), fed);
  results_ = substitute(network.front(), on_fed.from, on_fed.to);
  for (auto& plan : plans_) plan = std::make_unique<Plan>(on_fed.inputs, results_, false);
}

std::vector<Spec> Front::specs() const {
  std::vector<Spec> result;
  for (const Symbol& s : results_) result.push_back({{}, s.dtype(), s.storage()});
  return result;
}

void Front::run(std::vector<const Tensor*>& batch) {
  turn_ = 1 - turn_;
  Plan& plan = *plans_[turn_];
  plan.run(batch);
  for (size_t i = 0; i < plan.size(); ++i) batch.push_back(&plan.output(i));
}

}  // namespace lacuna
