// The gradient of a weight of one unit, g = Aᵀ b for a csr A, in each form that its use makes cheapest. All
// add in batch order; floats of long batches (kLongColumn) in double.
#pragma once
#include <span>

#include "lacuna/kernels/csr_view.h"

namespace lacuna::kernels {

// sums[c] += A[r, c] b[r] for each entry. names: no sum becomes -0.0, so that where they start from it the
// columns without an entry alone keep it, and which are named costs no memory to know.
void add_one_unit(const CsrView<float>& a, const float* b, std::span<float> sums, bool names);
void add_one_unit(const CsrView<double>& a, const double* b, std::span<double> sums, bool names);

// w[c · stride] -= rate A[r, c] b[r] for each entry: a step of plain gradient descent. Not for long batches,
// whose entries may each be too small to change the weight.
void descend_one_unit(const CsrView<float>& a, const float* b, float rate, float* w, size_t stride);
void descend_one_unit(const CsrView<double>& a, const double* b, double rate, double* w, size_t stride);

// Memory for add_one_unit of so many sums, or list_one_unit of so many entries, which on this thread do not
// throw then.
void reserve_one_unit(const CsrView<float>& a, size_t count);
void reserve_one_unit(const CsrView<double>& a, size_t count);

// A number for each column c, at first[c · stride]. They may hold anything: a column has one if ids agree, so
// nothing is to be cleared between uses.
struct ColumnNumbers {
  int32_t* first;
  size_t stride;
};

// The columns that A names, in the order of their first entry, to ids, and their gradients to g; both have
// room for all entries. Answers how many they are.
size_t list_one_unit(const CsrView<float>& a, const float* b, const ColumnNumbers& numbers, int64_t* ids,
                     float* g);
size_t list_one_unit(const CsrView<double>& a, const double* b, const ColumnNumbers& numbers, int64_t* ids,
                     double* g);

}  // namespace lacuna::kernels
