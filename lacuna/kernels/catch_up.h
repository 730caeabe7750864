// Steps that rows of a weight missed, in which their gradient was zero, taken at once: by a sum where there
// is one, else one after another until the weight is still. Each value by itself, so that no result depends
// on which rows are caught up together.
#pragma once
#include <cstddef>
#include <cstdint>

#include "lacuna/kernels/update.h"

namespace lacuna::kernels {

// Row i of `count` is ids[i]; it takes the steps from[i], …, until - 1.
struct MissedSteps {
  const int64_t* ids;
  const int32_t* from;
  size_t count;
  int32_t until;
};

// Of k missed steps, power[k] is what is left of a state: with momentum w ← w + sum[k] scale m, m ← power[k]
// m.
template <class T>
struct MomentumRest {
  const double *sum, *power;
  T scale;
};

// Rmsprop and Adadelta: states fade by power[k], the weight stays.
template <class T>
struct FadingRest {
  const double* power;
  size_t states;
};

// AMSGrad: v̂ stays, so that w ← w - sum[from] m / (√v̂ + epsilon); m and v fade by the powers.
template <class T>
struct AmsgradRest {
  const double *sum, *power_m, *power_v;
  T epsilon;
};

// Adam, AMSGrad with a weight that decays, Adamax and Nadam, step by step: m ← β₁ m, d ← β_d d for the state
// d that divides, w ← keep[s] w - move[s] m / (f(d) + epsilon), where f(d) is √(d of_d[s]) or, without root,
// d. keep and of_d may be null: 1. A value is still when all its moves to come are below its rounding: the
// move times rest / move[s] bounds their sum. After that decayed[s], the sum of log keep before step s, and
// the powers say where it ends. power_v is of the second state, where d is the third and stays.
template <class T>
struct StepwiseRest {
  const T *move, *of_d, *keep;
  const double *decayed, *power_m, *power_v;
  T beta_m, beta_d, epsilon;
  double rest;
  bool root, third;
};

// w as the states have it, at the last of the missed steps.
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

}  // namespace lacuna::kernels
