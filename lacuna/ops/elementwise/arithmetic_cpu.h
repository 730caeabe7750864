// Functions of two numbers on the CPU, for each pair of storages. A function is compiled as one loop for each
// dtype; what the storages ask for is compiled once for all functions.
#pragma once
#include <cstdint>

#include "lacuna/graph/op.h"

namespace lacuna::cpu {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// out[i] = F(a[i step_a], b[i step_b]) for n values, where a step is 0 or 1. out may be a or b.
template <class T>
using BinaryLoop = void (*)(const T* a, size_t step_a, const T* b, size_t step_b, T* out, size_t n);

template <class F, class T>
void binary_loop(const T* a, size_t step_a, const T* b, size_t step_b, T* out, size_t n) {
  if (step_a && step_b)
    for (size_t i = 0; i < n; ++i) out[i] = F::of(a[i], b[i]);
  else if (step_a)
    for (size_t i = 0; i < n; ++i) out[i] = F::of(a[i], *b);
  else if (step_b)
    for (size_t i = 0; i < n; ++i) out[i] = F::of(*a, b[i]);
  else
    for (size_t i = 0; i < n; ++i) out[i] = F::of(*a, *b);
}

// A function of two numbers: its name and its loops. Those of integers are null where only floats are
// supported.
struct BinaryFunction {
  const char* name;
  BinaryLoop<float> of_float;
  BinaryLoop<double> of_double;
  BinaryLoop<int32_t> of_int32 = nullptr;
  BinaryLoop<int64_t> of_int64 = nullptr;

  template <class T>
  BinaryLoop<T> loop() const {
    if constexpr (std::is_same_v<T, float>) return of_float;
    else if constexpr (std::is_same_v<T, double>) return of_double;
    else if constexpr (std::is_same_v<T, int32_t>) return of_int32;
    else return of_int64;
  }
};
template <class F>
inline constexpr BinaryFunction kBinaryFunction{F::kName, binary_loop<F, float>, binary_loop<F, double>};

// An op that computes a function of two numbers, element by element.
struct Binary : Op {
  explicit Binary(const BinaryFunction& f) : function(f) {}
  const BinaryFunction& function;
  std::string_view name() const override { return function.name; }
};

// The kernels of a Binary.
//
// Both dense, with broadcasting.
void dense_dense(const Op& op, Context& context, In in, Out out);
// Both csr: entries where either has one, or only where both have.
void csr_csr_union(const Op& op, Context& context, In in, Out out);
void csr_csr_common(const Op& op, Context& context, In in, Out out);
// Both row_sparse: rows that either names, those of a first, or only rows that both name.
void rows_rows_union(const Op& op, Context& context, In in, Out out);
void rows_rows_common(const Op& op, Context& context, In in, Out out);
// Sparse (csr or row_sparse) with dense: at the entries of the sparse one.
void sparse_dense(const Op& op, Context& context, In in, Out out);
void dense_sparse(const Op& op, Context& context, In in, Out out);
// The same, everywhere: the result is dense.
void sparse_dense_to_dense(const Op& op, Context& context, In in, Out out);
void dense_sparse_to_dense(const Op& op, Context& context, In in, Out out);

// Applies a function entry by entry to two float tensors with the same pattern.
void same_entries_of(const BinaryFunction& function, In in, Out out);

}  // namespace lacuna::cpu
