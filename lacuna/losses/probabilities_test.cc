// Tests of probabilities.
#include "lacuna/losses/probabilities.h"

#include <gtest/gtest.h>

#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/bias_add.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/reductions/softmax.h"
#include "lacuna/ops/shape/reshape.h"

namespace lacuna::losses {
namespace {

TEST(Probabilities, AreToldByTheOpsThatMakeThem) {
  const Symbol x = placeholder({{None, 3}}, "x"), w = placeholder({{3, 2}}, "w"), b = placeholder({{2}}, "b");
  const Symbol line = bias_add(dot(x, w), b);
  EXPECT_EQ(not_a_probability(line), "bias_add");
  EXPECT_EQ(not_a_probability(reshape(line + 1.0, {2, 1})), "bias_add");
  EXPECT_EQ(not_a_probability(relu(line)), "relu");
  for (const Symbol& y : {x, sigmoid(line), softmax(line), hard_sigmoid(line), sigmoid(line) * 0.5 + 0.5,
                          exp(line), sigmoid(line) + sigmoid(b)})
    EXPECT_EQ(not_a_probability(y), "");
}

}  // namespace
}  // namespace lacuna::losses
