// What metrics and losses ask of labels.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// What metrics and losses ask of labels. None has a gradient.

// (n, k) ids below `classes`, padded with -1 -> (n, classes) csr: for each id a 1, for one that stands twice
// a 2. An id out of range is an OutOfRange error.
Symbol label_matrix(const Symbol& ids, Dim classes, DType dtype);

// (n, m), dense or csr -> (n) int64: the last column whose value is not 0; -1 where there is none.
Symbol last_label(const Symbol& x);

// 1 where fewer than k predictions of a row are larger than that of its id, else 0: of those that are equal
// all count. predictions (…, classes), ids (…) or (…, 1) -> (…), of the dtype of predictions. 0 too where the
// id is out of range, or its prediction is no number.
Symbol in_top_k(const Symbol& predictions, const Symbol& ids, Dim k);

}  // namespace lacuna
