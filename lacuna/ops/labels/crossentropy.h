// The crossentropies of predictions and targets, dense or csr, as ops.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// Softmax with crossentropy as one numerically stable op: -Σ_j target_j log softmax(logits)_j along the last
// axis, which is removed. The gradient for the logits is softmax · Σ target - target. No gradient for the
// targets.
Symbol softmax_crossentropy(const Symbol& target, const Symbol& logits);

// The same for targets that are ids along the last axis (any integer dtype, the shape of logits without the
// last axis or with a last axis of 1). An id out of range is an OutOfRange error.
Symbol sparse_softmax_crossentropy(const Symbol& ids, const Symbol& logits);

// Element by element: max(x, 0) - x t + log(1 + exp(-|x|)), the crossentropy of sigmoid(x) with t in [0, 1].
Symbol sigmoid_crossentropy(const Symbol& target, const Symbol& logits);

}  // namespace lacuna
