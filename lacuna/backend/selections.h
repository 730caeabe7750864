// Keras' functions that take places of a symbol: rows and columns by id, by a mask, repeated, reversed. csr
// stays csr, and gradients of csr have its pattern.
#pragma once
#include <string>
#include <vector>

#include "lacuna/graph/symbol.h"

namespace lacuna::backend {

// Rows of `reference` by id: of a weight (one that keeps rows too) in the shape of the ids, which may have
// any rank; its gradient is row_sparse. Of any other symbol, csr too, ids stand one in a row.
Symbol gather(const Symbol& reference, const Symbol& indices);

// Places of an axis by id, in any order and more than once. mode: "raise" (an id out of range is an error),
// "clip" or "wrap".
Symbol take(const Symbol& x, const Symbol& indices, int axis = 0, const std::string& mode = "raise");

// Places of an axis where a mask, a value for each, is not 0; the size of the result is open.
Symbol boolean_mask(const Symbol& x, const Symbol& mask, int axis = 0);

// Rows of an embedding, weight (input_dim, output_dim), for integer ids of any shape.
Symbol embedding(const Symbol& data, const Symbol& weight, Dim input_dim, Dim output_dim);

Symbol tile(const Symbol& x, const std::vector<int64_t>& n);  // n[i] times along axis i.
Symbol repeat_elements(const Symbol& x, int64_t rep, int axis);
Symbol reverse(const Symbol& x, const std::vector<int>& axes);

// Symbols of one shape along a new axis; dense.
Symbol stack(const std::vector<Symbol>& x, int axis = 0);

}  // namespace lacuna::backend
