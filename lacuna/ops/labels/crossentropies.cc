// Crossentropies, made of the stable ops on logits.
#include "lacuna/ops/labels/crossentropies.h"

#include "lacuna/base/error.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/labels/crossentropy.h"
#include "lacuna/ops/labels/labels.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/reductions/softmax.h"

namespace lacuna {
namespace {

constexpr double kEpsilon = 1e-7;

}  // namespace

Symbol categorical_crossentropy(const Symbol& target, const Symbol& output, bool from_logits) {
  const Symbol t = cast(target, output.dtype());
  if (const Symbol logits = from_logits ? output : input_of_softmax(output))
    return softmax_crossentropy(t, logits);
  const Symbol p = clip(output / sum(output, {-1}, true), kEpsilon, 1 - kEpsilon);
  return -sum(t * log(p), {-1});
}

Symbol sparse_categorical_crossentropy(const Symbol& target, const Symbol& output, bool from_logits) {
  if (const Symbol logits = from_logits ? output : input_of_softmax(output))
    return sparse_softmax_crossentropy(target, logits);
  // The softmax in the loss normalizes the probabilities.
  return sparse_softmax_crossentropy(target, log(clip(output, kEpsilon, 1 - kEpsilon)));
}

Symbol multi_hot_sparse_categorical_crossentropy(const Symbol& target, const Symbol& output,
                                                 bool from_logits) {
  if (target.storage() == Storage::csr) return categorical_crossentropy(target, output, from_logits);
  LACUNA_REQUIRE(
      output.rank() == 2 && output.shape()[1] != None,
      "multi_hot_sparse_categorical_crossentropy: output must be (batch, classes). Received: output=",
      output.spec(), ".");
  return categorical_crossentropy(label_matrix(target, output.shape()[1], output.dtype()), output,
                                  from_logits);
}

Symbol binary_crossentropy(const Symbol& target, const Symbol& output, bool from_logits) {
  const Symbol t = cast(target, output.dtype());
  if (const Symbol logits = from_logits ? output : input_of_sigmoid(output))
    return sigmoid_crossentropy(t, logits);
  const Symbol p = clip(output, kEpsilon, 1 - kEpsilon);
  return sigmoid_crossentropy(t, log(p / (1.0 - p)));
}

}  // namespace lacuna
