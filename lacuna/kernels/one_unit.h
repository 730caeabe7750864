// The gradient of a weight of one unit, g = Aᵀ b for a csr A, in the form that is cheapest for each use. All
// functions add in batch order; floats of long batches (kLongColumn) are added in double.
#pragma once
#include <span>

#include "lacuna/kernels/csr_view.h"

namespace lacuna::kernels {

// sums[c] += A[r, c] b[r] for each entry. If `names`, no sum becomes -0.0: if all sums start at -0.0, only
// columns without an entry keep it, so that the sums tell which columns have entries.
void add_one_unit(const CsrView<float>& a, const float* b, std::span<float> sums, bool names);
void add_one_unit(const CsrView<double>& a, const double* b, std::span<double> sums, bool names);

// w[c · stride] -= rate A[r, c] b[r] for each entry: a step of plain gradient descent. Not for long batches,
// whose entries may each be too small to change the weight.
void descend_one_unit(const CsrView<float>& a, const float* b, float rate, float* w, size_t stride);
void descend_one_unit(const CsrView<double>& a, const double* b, double rate, double* w, size_t stride);

// Reserves memory for add_one_unit with `count` sums, or list_one_unit with `count` entries, so that on this
// thread they do not throw.
void reserve_one_unit(const CsrView<float>& a, size_t count);
void reserve_one_unit(const CsrView<double>& a, size_t count);

// Memory for a number for each column c, at first[c · stride]. It may hold anything: a number is valid only
// if ids[number] is its column, so that it need not be cleared between uses.
struct ColumnNumbers {
  int32_t* first;
  size_t stride;
};

// Writes the columns that A names, in the order of their first entry, to ids, and their gradients to g; both
// have room for all entries. Returns the number of columns.
size_t list_one_unit(const CsrView<float>& a, const float* b, const ColumnNumbers& numbers, int64_t* ids,
                     float* g);
size_t list_one_unit(const CsrView<double>& a, const double* b, const ColumnNumbers& numbers, int64_t* ids,
                     double* g);

}  // namespace lacuna::kernels
