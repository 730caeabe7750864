#include "lacuna/network/on_fed.h"

#include "lacuna/graph/op.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/products/take.h"

namespace lacuna {

OnFed on_fed_inputs(std::span<const Symbol> inputs, std::span<const std::string> names,
                    const std::vector<Symbol>& outputs, std::span<const Spec> fed) {
  OnFed result;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Symbol& old = inputs[i];
    if (old.storage() == fed[i].storage && old.dtype() == fed[i].dtype) {
      result.inputs.push_back(old);
      continue;
    }
    const Symbol now = placeholder({old.shape(), fed[i].dtype, fed[i].storage}, names[i]);
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

}  // namespace lacuna
