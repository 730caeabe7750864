// Ops on labels that metrics and losses need.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// None of these ops has a gradient.

// (n, k) ids below `classes`, padded with -1 -> (n, classes) csr with a 1 for each id, or a 2 for an id that
// occurs twice. An id out of range is an OutOfRange error.
Symbol label_matrix(const Symbol& ids, Dim classes, DType dtype);

// (n, m), dense or csr -> (n) int64: the last column whose value is not 0; -1 where there is none.
Symbol last_label(const Symbol& x);

// 1 where fewer than k predictions of a row are larger than the prediction at its id, else 0; ties do not
// count as larger. predictions (…, classes), ids (…) or (…, 1) -> (…), of the dtype of predictions. Also 0
// where the id is out of range or its prediction is not finite.
Symbol in_top_k(const Symbol& predictions, const Symbol& ids, Dim k);

}  // namespace lacuna
