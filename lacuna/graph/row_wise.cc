// Looks for ops that lose the dimension of the rows.
#include "lacuna/graph/row_wise.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/op.h"

namespace lacuna {

void require_row_wise(const char* where, const std::vector<Symbol>& values) {
  const auto has_rows = [](const Shape& shape) {
    return !shape.empty() && shape[0] == -1 && std::ranges::count(shape, -1) == 1;
  };
  for (const auto& node : in_order(values))
    for (size_t i = 0; i < node->in().size(); ++i) {
      const Symbol& in = node->in(i);
      if (std::ranges::count(in.shape(), -1) == 0) continue;
      if (node->op().rows_named_by(i) == Op::kNoRows) continue;  // Only the shape is read.
      const bool kept =
          std::ranges::all_of(node->out(), [&](const Spec& out) { return has_rows(out.shape); });
      LACUNA_REQUIRE(
          kept && has_rows(in.shape()), where,
          ": each row of a weight with sparse_weight or sparse_grad must be treated alone, since only the "
          "rows that a batch touches are there; a norm or a mean over all rows needs a weight without a "
          "flag. Received: op ",
          node->op().name(), " of ", in.spec(), " gives ", node->out()[0], ".");
    }
}

}  // namespace lacuna
