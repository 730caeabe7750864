// Takes the steps that rows of a weight missed, in which their gradient was zero: all at once if there is a
// formula for their sum, else one by one until the weight no longer changes. Each value is computed by
// itself, so that no result depends on which rows are caught up together.
#pragma once
#include <cstddef>
#include <cstdint>

#include "lacuna/kernels/update.h"

namespace LACUNA_EXPORT lacuna {
namespace kernels {

// Row ids[i], i < count, takes the steps from[i], …, until - 1.
struct MissedSteps {
  const int64_t* ids;
  const int32_t* from;
  size_t count;
  int32_t until;
};

// Momentum, for k missed steps: w ← w + sum[k] scale m, m ← power[k] m.
template <class T>
struct MomentumRest {
  const double *sum, *power;
  T scale;
};

// Rmsprop and Adadelta: each state is multiplied by power[k], the weight does not change.
template <class T>
struct FadingRest {
  const double* power;
  size_t states;
};

// AMSGrad: v̂ does not change, so that w ← w - sum[from] m / (√v̂ + epsilon); m and v are multiplied by
// power_m[k] and power_v[k].
template <class T>
struct AmsgradRest {
  const double *sum, *power_m, *power_v;
  T epsilon;
};

// Adam, AMSGrad with weight decay, Adamax and Nadam, step by step: m ← β₁ m, d ← β_d d for the state d in the
// divisor, w ← keep[s] w - move[s] m / (f(d) + epsilon), where f(d) is √(d of_d[s]) or, without root, d. If
// keep or of_d is null, it is 1. A value is still when the sum of its remaining moves is below its rounding:
// the last move times rest / move[s] bounds that sum. From then on only the decay of the weight, by
// decayed[s], the sum of log keep before step s, and the powers of the states are applied. If `third`, d is
// the third state and does not change, and power_v is that of the second one.
template <class T>
struct StepwiseRest {
  const T *move, *of_d, *keep;
  const double *decayed, *power_m, *power_v;
  T beta_m, beta_d, epsilon;
  double rest;
  bool root, third;
};

// w as it follows from the states at the last of the missed steps.
template <class T>
struct FtrlRest {
  Ftrl<T> last;
};

#define LACUNA_CATCH_UP(Rest)                                                      \
  void catch_up(const UpdateRows<float>&, const MissedSteps&, const Rest<float>&); \
  void catch_up(const UpdateRows<double>&, const MissedSteps&, const Rest<double>&);
LACUNA_CATCH_UP(MomentumRest)
LACUNA_CATCH_UP(FadingRest)
LACUNA_CATCH_UP(AmsgradRest)
LACUNA_CATCH_UP(StepwiseRest)
LACUNA_CATCH_UP(FtrlRest)
#undef LACUNA_CATCH_UP

}  // namespace kernels
}  // namespace lacuna
