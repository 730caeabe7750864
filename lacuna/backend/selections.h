// Keras' functions that select slices of a symbol along an axis: by id or mask, repeated, reversed. csr stays
// csr, and its gradient has its sparsity pattern.
#pragma once
#include <string>
#include <vector>

#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {
namespace backend {

// Rows of `reference` by id. If it is dense or a weight, the ids may have any rank, and the result has a row
// for each id in that shape. If it is csr, ids must have rank 1. The gradient of a weight is row_sparse.
Symbol gather(const Symbol& reference, const Symbol& indices);

// Slices along an axis by id, in any order and with repetitions. mode: "raise" (an id out of range is an
// error), "clip" or "wrap".
Symbol take(const Symbol& x, const Symbol& indices, int axis = 0, const std::string& mode = "raise");

// The slices along an axis whose value in the mask is not 0. The result's size along the axis is None.
Symbol boolean_mask(const Symbol& x, const Symbol& mask, int axis = 0);

// Rows of an embedding, weight (input_dim, output_dim), for integer ids of any shape.
Symbol embedding(const Symbol& data, const Symbol& weight, Dim input_dim, Dim output_dim);

Symbol tile(const Symbol& x, const std::vector<int64_t>& n);  // n[i] times along axis i.
Symbol repeat_elements(const Symbol& x, int64_t rep, int axis);
Symbol reverse(const Symbol& x, const std::vector<int>& axes);

// Joins symbols of one shape along a new axis. The result is dense.
Symbol stack(const std::vector<Symbol>& x, int axis = 0);

}  // namespace backend
}  // namespace lacuna
