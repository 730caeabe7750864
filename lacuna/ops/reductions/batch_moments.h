// Mean and variance of a batch, or the moving ones outside of training.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// Mean and variance (over n, not n - 1) of each feature of x, which stand along `axis`, over all else, and
// that number n, a scalar: what a batch normalization needs. In training those of x, implicit zeros counted;
// else, and where x has no rows, the moving ones. x dense of any rank, or csr with axis 1. A gradient flows
// to x alone.
struct BatchMoments {
  Symbol mean, variance, n;
};
BatchMoments batch_moments(const Symbol& x, const Symbol& moving_mean, const Symbol& moving_variance,
                           int axis);

}  // namespace lacuna
