// Crossentropies as Keras' backend has them: of probabilities, or of logits. Probabilities that a softmax or
// a sigmoid made are taken back to its input, which is exact where they are 0 or 1 in floating point; others
// are kept 1e-7 away from 0 and 1, as in Keras.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// -Σ t log p along the last axis, which goes; p is divided by its sum. t has the shape of output, any dtype,
// dense or csr.
Symbol categorical_crossentropy(const Symbol& target, const Symbol& output, bool from_logits = false);

// -log p[t]; t: ids of the last axis, without it or with a last axis of 1.
Symbol sparse_categorical_crossentropy(const Symbol& target, const Symbol& output, bool from_logits = false);

// -Σ log p[t] over the ids t of a row, (n, k) and padded with -1: as categorical_crossentropy of
// label_matrix, which a csr target is taken for.
Symbol multi_hot_sparse_categorical_crossentropy(const Symbol& target, const Symbol& output,
                                                 bool from_logits = false);

// -t log p - (1 - t) log(1 - p), element by element; t dense or csr, any dtype.
Symbol binary_crossentropy(const Symbol& target, const Symbol& output, bool from_logits = false);

}  // namespace lacuna
