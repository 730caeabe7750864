// Whether a prediction is what a crossentropy takes.
#pragma once
#include <string>

#include "lacuna/graph/symbol.h"

namespace lacuna::losses {

// The op that makes y_pred and whose values are not kept between 0 and 1 (a product, a bias, 'relu', 'tanh',
// …), or empty where it is a 'sigmoid', a 'softmax' or anything that may be a probability, for all that its
// graph tells.
std::string not_a_probability(const Symbol& y_pred);

}  // namespace lacuna::losses
