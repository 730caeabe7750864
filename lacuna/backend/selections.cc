// Each function is made of an op that computes positions, and of select.
#include "lacuna/backend/selections.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/strict.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/products/take.h"
#include "lacuna/ops/products/translate.h"
#include "lacuna/ops/shape/concatenate.h"
#include "lacuna/ops/shape/places.h"
#include "lacuna/ops/shape/repeat_columns.h"
#include "lacuna/ops/shape/reshape.h"
#include "lacuna/ops/shape/select.h"
#include "lacuna/ops/shape/slice.h"

namespace lacuna::backend {

Symbol gather(const Symbol& reference, const Symbol& indices) {
  const Symbol ids = as_ids(indices);
  if (reference.storage() == Storage::row_table) return lacuna::take(reference, translate(ids, reference));
  if (reference.storage() == Storage::dense && (variable_of(reference) || ids.rank() != 1))
    return lacuna::take(reference, ids);
  return select(reference, ids, 0);
}

Symbol take(const Symbol& x, const Symbol& indices, int axis, const std::string& mode) {
  if (mode == "raise") return axis == 0 ? gather(x, indices) : select(x, as_ids(indices), axis);
  LACUNA_REQUIRE(x.storage() != Storage::row_table,
                 "take: mode must be raise for a weight that keeps rows. Received: mode='", mode,
                 "', x=", x.spec(), ".");
  return select(x, places_within(as_ids(indices), x, axis, mode), axis);
}

Symbol boolean_mask(const Symbol& x, const Symbol& mask, int axis) {
  return select(x, mask_places(mask, x, axis), axis);
}

Symbol embedding(const Symbol& data, const Symbol& weight, Dim input_dim, Dim output_dim) {
  LACUNA_REQUIRE((weight.shape() == Shape{input_dim, output_dim}),
                 "embedding: weight must be (input_dim, output_dim). Received: weight=", weight.spec(),
                 ", input_dim=", input_dim, ", output_dim=", output_dim, ".");
  return gather(weight, data);
}

Symbol tile(const Symbol& x, const std::vector<int64_t>& n) {
  LACUNA_REQUIRE(n.size() == x.rank(),
                 "tile: n must have a number for each axis of x. Received: numbers=", n.size(),
                 ", x=", x.spec(), ".");
  Symbol y = x;
  for (size_t i = 0; i < n.size(); ++i) {
    const int axis = static_cast<int>(i);
    if (n[i] == 1) continue;
    // A csr matrix may have very many columns: concatenating costs only its non-zeros.
    if (y.storage() == Storage::csr && axis == 1 && n[i] > 1)
      y = concatenate(std::vector<Symbol>(static_cast<size_t>(n[i]), y), axis);
    else y = select(y, tile_places(y, axis, n[i]), axis);
  }
  return y;
}

Symbol repeat_elements(const Symbol& x, int64_t rep, int axis) {
  // csr may have very many columns: repeating them costs only its non-zeros.
  if (x.rank() == 2 && (axis == 1 || axis == -1)) return repeat_columns(x, rep);
  return select(x, repeat_places(x, axis, rep), axis);
}

Symbol reverse(const Symbol& x, const std::vector<int>& axes) {
  Symbol y = x;
  for (const int axis : axes) y = slice(y, axis, INT64_MAX, INT64_MIN, -1);
  return y;
}

Symbol stack(const std::vector<Symbol>& x, int axis) {
  std::vector<Symbol> parts;
  for (const Symbol& part : x) {
    LACUNA_REQUIRE(
        part.storage() == Storage::dense || !config::strict_sparse(),
        "stack: csr matrices have rank 2, a stack of them would have 3; write concatenate(x, axis), or "
        "stack([to_dense(x), …]) to store zeros. Received: x=",
        part.spec(), ".");
    parts.push_back(expand_dims(part, axis));
  }
  return concatenate(parts, axis);
}

}  // namespace lacuna::backend
