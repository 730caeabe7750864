// Crossentropies as in Keras' backend, of probabilities or of logits. Where the probabilities are the result
// of a softmax or a sigmoid, the loss is computed from the input of that op, which is exact even where a
// probability rounds to 0 or 1. Other probabilities are clipped to [1e-7, 1 - 1e-7], as in Keras.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// -Σ t log p along the last axis, which is removed; p is divided by its sum first. t has the shape of output,
// any dtype, dense or csr.
Symbol categorical_crossentropy(const Symbol& target, const Symbol& output, bool from_logits = false);

// -log p[t]. t holds ids along the last axis: it has the shape of output without the last axis, or with a
// last axis of 1.
Symbol sparse_categorical_crossentropy(const Symbol& target, const Symbol& output, bool from_logits = false);

// -Σ log p[t] over the ids t of a row. target is (n, k) ids padded with -1, of which the label_matrix is
// given to categorical_crossentropy; or csr, which is taken as that matrix itself.
Symbol multi_hot_sparse_categorical_crossentropy(const Symbol& target, const Symbol& output,
                                                 bool from_logits = false);

// -t log p - (1 - t) log(1 - p), element by element; t dense or csr, any dtype.
Symbol binary_crossentropy(const Symbol& target, const Symbol& output, bool from_logits = false);

}  // namespace lacuna
