// Checks whether a prediction can be a probability, as crossentropies require.
#pragma once
#include <string>

#include "lacuna/graph/symbol.h"

namespace lacuna::losses {

// The name of the op that makes y_pred, if its values are not limited to [0, 1] (a product, a bias, 'relu',
// 'tanh', …). Empty if it is a 'sigmoid', a 'softmax' or anything else that may be a probability as far as
// the graph tells.
std::string not_a_probability(const Symbol& y_pred);

}  // namespace lacuna::losses
