// Shapes and rules for storages of element-wise ops of two operands.
#include "lacuna/ops/elementwise/arithmetic_op.h"

#include <algorithm>

#include "lacuna/ops/parts/broadcast.h"

namespace lacuna {

std::vector<Spec> Arithmetic::infer(std::span<const Spec> in) const {
  const Spec &a = in[0], &b = in[1];
  LACUNA_REQUIRE(a.dtype == b.dtype && is_float(a.dtype), function.name,
                 ": a and b must have one float dtype. Received: a=", a, ", b=", b, ".");
  const Storage out = rule_for(*this, in).out[0];
  LACUNA_REQUIRE(
      a.storage == b.storage || out != Storage::dense ||
          std::ranges::all_of(broadcast(function.name, a, b), [](Dim d) { return d < Dim{1} << 31; }),
      function.name, ": a dense result must have fewer than 2^31 columns. Received: a=", a, ", b=", b, ".");
  if (a.storage == Storage::dense && b.storage == Storage::dense)
    return {{broadcast(function.name, a, b), a.dtype, out}};
  const Spec &sparse = a.storage == Storage::dense ? b : a, &other = a.storage == Storage::dense ? a : b;
  LACUNA_REQUIRE(
      spreads_over(other.shape, sparse.shape), function.name,
      ": a sparse operand must have the shape of the result, and a dense one be of that shape, a row, "
      "a column or "
      "a scalar. Received: a=",
      a, ", b=", b, ".");
  if (other.storage == Storage::dense) return {{sparse.shape, a.dtype, out}};
  LACUNA_REQUIRE(spreads_over(sparse.shape, other.shape), function.name,
                 ": sparse operands must have one shape. Received: a=", a, ", b=", b, ".");
  return {{broadcast(function.name, a, b), a.dtype, out}};
}

const Rules& Union::rules() const {
  using enum Storage;
  static const Rules rules{{
      // a           b            result
      {{dense, dense}, {dense}, cpu::dense_dense},
      {{csr, csr}, {csr}, cpu::csr_csr_union},
      {{csr, dense}, {dense}, cpu::sparse_dense_to_dense},
      {{dense, csr}, {dense}, cpu::dense_sparse_to_dense},
      {{row_sparse, row_sparse}, {row_sparse}, cpu::rows_rows_union},
      {{row_sparse, dense}, {dense}, cpu::sparse_dense_to_dense},
      {{dense, row_sparse}, {dense}, cpu::dense_sparse_to_dense},
  }};
  return rules;
}

const Rules& OfDividend::rules() const {
  using enum Storage;
  static const Rules rules{{
      {{dense, dense}, {dense}, cpu::dense_dense},
      {{csr, dense}, {csr}, cpu::sparse_dense},
      {{row_sparse, dense}, {row_sparse}, cpu::sparse_dense},
  }};
  return rules;
}

}  // namespace lacuna
