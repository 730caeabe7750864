// Mean and variance of a batch, or the moving ones outside of training.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// What a batch normalization needs: mean and variance (over n, not n - 1) of each feature of x, and the
// number n of values per feature, a scalar. Features lie along `axis`. In training the moments are those of
// x, implicit zeros included; outside of training, or where x has no rows, they are the moving ones. x is
// dense of any rank, or csr with axis 1. A gradient flows to x only.
struct BatchMoments {
  Symbol mean, variance, n;
};
BatchMoments batch_moments(const Symbol& x, const Symbol& moving_mean, const Symbol& moving_variance,
                           int axis);

}  // namespace lacuna
