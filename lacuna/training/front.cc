#include "lacuna/training/front.h"

#include "lacuna/graph/gradient.h"

namespace lacuna {

OnFed on_fed_inputs(const Network& network, const std::vector<Symbol>& outputs, std::span<const Spec> fed) {
  return on_fed_inputs(network.fed_inputs(), network.fed_names(), outputs, fed);
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
