// The losses of the cases, as Keras computes them.
#pragma once
#include <algorithm>
#include <cmath>

namespace loops {

// The sums of loss and metric over the rows of an epoch.
struct Sums {
  double loss = 0, metric = 0;
};

// mse, with the metric mae.
struct SquaredError {
  static float gradient(float output, float target, Sums& sums) {
    const float error = output - target;
    sums.loss += static_cast<double>(error) * error;
    sums.metric += std::fabs(error);
    return 2 * error;
  }
};

// binary_crossentropy of a sigmoid, with the metric accuracy. The gradient is that of the logit.
struct Logistic {
  static float gradient(float logit, float target, Sums& sums) {
    const float p = 1 / (1 + std::exp(-logit)), right = target > 0.5f ? p : 1 - p;
    sums.loss -= std::log(std::max(right, 1e-7f));
    sums.metric += right > 0.5f;
    return p - target;
  }
};

}  // namespace loops
