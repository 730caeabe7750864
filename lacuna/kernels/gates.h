// Loops of recurrent layers that compute several activations at once, and those of tanh and sigmoid.
#pragma once
#include <cstddef>

namespace lacuna::kernels {

void tanh(const float* x, float* y, size_t n);
void sigmoid(const float* x, float* y, size_t n);

// One row of an LSTM with tanh, of n units; z = x + p has the gates i, f, g, o one after another:
//   c' = f c + i g    h' = o tanh(c')
template <class T>
struct LstmRow {
  const T *x, *p, *c;
  size_t n;
  bool hard;  // hard_sigmoid for i, f and o, else sigmoid.
};
void lstm_row(const LstmRow<float>& row, float* h, float* new_c);
void lstm_row(const LstmRow<double>& row, double* h, double* new_c);
// From the gradients of h' and c', those of z and c.
void lstm_row_gradient(const LstmRow<float>& row, const float* dh, const float* dnew_c, float* dz, float* dc);
void lstm_row_gradient(const LstmRow<double>& row, const double* dh, const double* dnew_c, double* dz,
                       double* dc);

}  // namespace lacuna::kernels
