// What a weight learns from.
#pragma once
#include "lacuna/tensor/tensor.h"

namespace lacuna::optimizers {

// A gradient, dense or row_sparse, or the factors of a row_sparse one that nobody needs but the optimizer,
// which sums a row of it when it updates that row: see RowFactors in lacuna/ops/by_column.h. Of one unit the
// factors are a csr matrix and what its transpose is multiplied with. Empty: none.
struct Gradient {
  Gradient() = default;
  Gradient(const Tensor* made) : whole(made) {}
  Gradient(const Tensor& ids_, const Tensor& entries_, const Tensor& dy_, const Tensor* share_ = nullptr)
      : ids(&ids_), entries(&entries_), dy(&dy_), share(share_) {}

  static Gradient of_one_unit(const Tensor& a, const Tensor& dy) {
    Gradient g;
    g.a = &a;
    g.dy = &dy;
    return g;
  }

  // A constraint follows, which all rows must be there for: none is left behind in this step.
  bool all_rows = false;
  const Tensor* whole = nullptr;
  const Tensor *ids = nullptr, *entries = nullptr, *a = nullptr, *dy = nullptr, *share = nullptr;

  explicit operator bool() const { return whole || dy; }
  bool is_dense() const { return whole && whole->storage() == Storage::dense; }
  // Rows that it names; not of a dense one, nor of one unit's factors.
  std::span<const int64_t> row_ids() const {
    return whole ? whole->row_sparse().row_ids() : ids->dense().values<int64_t>();
  }
};

}  // namespace lacuna::optimizers
