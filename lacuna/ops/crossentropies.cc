// Crossentropies out of the stable ops of logits.
#include "lacuna/ops/crossentropies.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/op.h"
#include "lacuna/ops/cast.h"
#include "lacuna/ops/crossentropy.h"
#include "lacuna/ops/labels.h"
#include "lacuna/ops/operators.h"
#include "lacuna/ops/reduce.h"
#include "lacuna/ops/unary.h"

namespace lacuna {
namespace {

constexpr double kEpsilon = 1e-7;

// The logits, where they are given or where `op` made the probabilities of them; else empty.
Symbol logits_of(const Symbol& output, std::string_view op, bool from_logits) {
  if (from_logits) return output;
  return output.node()->op().name() == op ? output.node()->in(0) : Symbol();
}

}  // namespace

Symbol categorical_crossentropy(const Symbol& target, const Symbol& output, bool from_logits) {
  const Symbol t = cast(target, output.dtype());
  if (const Symbol logits = logits_of(output, "softmax", from_logits)) return softmax_crossentropy(t, logits);
  const Symbol p = clip(output / sum(output, {-1}, true), kEpsilon, 1 - kEpsilon);
  return -sum(t * log(p), {-1});
}

Symbol sparse_categorical_crossentropy(const Symbol& target, const Symbol& output, bool from_logits) {
  if (const Symbol logits = logits_of(output, "softmax", from_logits))
    return sparse_softmax_crossentropy(target, logits);
  // The softmax inside divides by the sum.
  return sparse_softmax_crossentropy(target, log(clip(output, kEpsilon, 1 - kEpsilon)));
}

Symbol multi_hot_sparse_categorical_crossentropy(const Symbol& target, const Symbol& output,
                                                 bool from_logits) {
  if (target.storage() == Storage::csr) return categorical_crossentropy(target, output, from_logits);
  require(output.rank() == 2 && output.shape()[1] != None,
          "multi_hot_sparse_categorical_crossentropy: output must be (batch, classes). Received: output=",
          output.spec(), ".");
  return categorical_crossentropy(label_matrix(target, output.shape()[1], output.dtype()), output,
                                  from_logits);
}

Symbol binary_crossentropy(const Symbol& target, const Symbol& output, bool from_logits) {
  const Symbol t = cast(target, output.dtype());
  if (const Symbol logits = logits_of(output, "sigmoid", from_logits)) return sigmoid_crossentropy(t, logits);
  const Symbol p = clip(output, kEpsilon, 1 - kEpsilon);
  return sigmoid_crossentropy(t, log(p / (1.0 - p)));
}

}  // namespace lacuna
