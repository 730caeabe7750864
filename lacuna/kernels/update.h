// The row updates of optimizers: one fused pass over a row's weight and its states.
#pragma once
#include <cstddef>
#include <cstdint>

#include "lacuna/kernels/row_sums.h"
#include "lacuna/kernels/update_rules.h"

namespace LACUNA_EXPORT lacuna {
namespace kernels {

// Rows of a weight and its optimizer states. Row r of the weight starts at weight + r * stride, that of state
// k at state[k] + r * state_stride. A dense weight has an array for each state, and stride = width; in a
// table the states are beside the weight, and both strides are the same.
template <class T>
struct UpdateRows {
  T* weight;
  T* state[3];
  size_t stride, width, state_stride;
};

// Which rows change, and where their gradients are: row i of `count` is ids[i] (or i, without ids). Its
// gradient is row i of `gradient`, or, with `place`, row place[row] - 1; place 0 stands for a gradient of
// zero. Without `gradient` its rows are those of `sums`, computed when they are used, so that the gradient is
// never written to memory. That is slower for rows of a few values, which do not fill vectors.
template <class T>
struct UpdateGradient {
  const int64_t* ids;
  const int32_t* place;
  const T* gradient;
  size_t count;
  RowSums<T> sums{};
  // Rows of one value, without ids: those whose gradient is -0.0 are not named and stay as they are.
  bool some_named = false;
};

// Applied to a gradient first: g ← min(max(factor · g, -limit), limit).
template <class T>
struct Clip {
  T factor, limit;
};

#define LACUNA_UPDATE(Rule)                                                                  \
  void update(const UpdateRows<float>&, const UpdateGradient<float>&, const Clip<float>&,    \
              const Rule<float>&);                                                           \
  void update(const UpdateRows<double>&, const UpdateGradient<double>&, const Clip<double>&, \
              const Rule<double>&);
LACUNA_UPDATE(Sgd)
LACUNA_UPDATE(Momentum)
LACUNA_UPDATE(Adagrad)
LACUNA_UPDATE(GroupAdagrad)
LACUNA_UPDATE(Rmsprop)
LACUNA_UPDATE(Adadelta)
LACUNA_UPDATE(Adam)
LACUNA_UPDATE(Adamax)
LACUNA_UPDATE(Nadam)
LACUNA_UPDATE(Ftrl)
#undef LACUNA_UPDATE

// Σ g², in double and in order: the same for any number of threads.
double sum_of_squares(const float* values, size_t n);
double sum_of_squares(const double* values, size_t n);

}  // namespace kernels
}  // namespace lacuna
