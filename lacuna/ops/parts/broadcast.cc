// Shapes of broadcasting.
#include "lacuna/ops/parts/broadcast.h"

#include "lacuna/base/error.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

std::string words(const Dims& dims) {
  return to_string(Shape(dims.size.begin(), dims.size.begin() + static_cast<std::ptrdiff_t>(dims.rank)));
}

}  // namespace

size_t Dims::count() const {
  size_t n = 1;
  for (size_t i = 0; i < rank; ++i) n *= size[i];
  return n;
}

Dims dims_of(const Shape& shape) {
  LACUNA_REQUIRE(shape.size() <= kMaxRank,
                 "broadcast: a tensor has rank 8 at most. Received: shape=", to_string(shape), ".");
  Dims dims{.rank = shape.size()};
  for (size_t i = 0; i < shape.size(); ++i) dims.size[i] = static_cast<size_t>(shape[i]);
  return dims;
}

Dims dims_of(const Tensor& x) {
  switch (x.storage()) {
    case Storage::dense:
      return dims_of(x.dense().shape);
    case Storage::csr:
      return {2, {static_cast<size_t>(x.csr().rows), static_cast<size_t>(x.csr().columns)}};
    case Storage::row_sparse:
      return dims_of(x.row_sparse().shape);
    case Storage::row_table:
      break;
  }
  Dims dims = dims_of(x.table().shape());
  dims.size[0] = x.table().readable();
  return dims;
}

Dims expand(const Dims& x, const std::vector<int>& axes) {
  Dims dims{.rank = x.rank + axes.size()};
  for (size_t i = 0, from = 0; i < dims.rank; ++i)
    dims.size[i] = std::ranges::find(axes, static_cast<int>(i)) == axes.end() ? x.size[from++] : 1;
  return dims;
}

void resize(tensor::Dense& out, const Dims& dims, DType dtype) {
  out.dtype = dtype;
  out.shape.resize(dims.rank);
  for (size_t i = 0; i < dims.rank; ++i) out.shape[i] = static_cast<Dim>(dims.size[i]);
  out.data.resize(dims.count() * size_of(dtype));
}

Shape broadcast(const char* where, const Spec& a, const Spec& b) {
  const size_t rank = std::max(a.shape.size(), b.shape.size());
  LACUNA_REQUIRE(rank <= kMaxRank, where, ": a tensor has rank 8 at most. Received: a=", a, ", b=", b, ".");
  Shape out(rank);
  for (size_t i = 0; i < rank; ++i) {  // From the end.
    const Dim x = i < a.shape.size() ? a.shape[a.shape.size() - 1 - i] : 1;
    const Dim y = i < b.shape.size() ? b.shape[b.shape.size() - 1 - i] : 1;
    LACUNA_REQUIRE(x == y || x == 1 || y == 1 || x == None || y == None, where,
                   ": the shapes must be equal, or 1 where they differ. Received: a=", a, ", b=", b, ".");
    const bool open = x == None || y == None;
    // An open size beside one above 1 is 1 or that size; only the first axis, the batch, stays open.
    const Dim known = x == 1 || x == None ? y : x;
    out[rank - 1 - i] = open && (known <= 1 || i + 1 == rank) ? None : known;
  }
  return out;
}

bool broadcasts_to(const Shape& x, const Shape& to) {
  if (x.size() > to.size()) return false;
  for (size_t i = 0; i < x.size(); ++i) {
    const Dim a = x[x.size() - 1 - i], b = to[to.size() - 1 - i];
    if (a != b && a != 1 && (a != None || b == 1) && b != None) return false;
  }
  return true;
}

bool spreads_over(const Shape& x, const Shape& sparse) {
  bool full = true, one = true;
  for (size_t i = 0; i + 1 < sparse.size(); ++i) {
    const Dim a = i < x.size() ? x[x.size() - 1 - i] : 1, b = sparse[sparse.size() - 1 - i];
    full &= a == b || a == None || b == None;
    one &= a == 1 || a == None;
  }
  return broadcasts_to(x, sparse) && (full || one);
}

bool broadcasts_to(const Dims& x, const Dims& to) {
  if (x.rank > to.rank) return false;
  for (size_t i = 0; i < x.rank; ++i)
    if (x.back(i) != to.back(i) && x.back(i) != 1) return false;
  return true;
}

Dims broadcast(const char* where, const Dims& a, const Dims& b) {
  Dims out{.rank = std::max(a.rank, b.rank)};
  for (size_t i = 0; i < out.rank; ++i) {
    const size_t x = a.back(i), y = b.back(i);
    LACUNA_REQUIRE(x == y || x == 1 || y == 1, where,
                   ": the shapes must be equal, or 1 where they differ. Received: a=", words(a),
                   ", b=", words(b), ".");
    out.size[out.rank - 1 - i] = x == 1 ? y : x;
  }
  return out;
}

Lines::Lines(const Dims& out, const Dims& a, const Dims& b) {
  size_t along_a = 1, along_b = 1;
  for (size_t i = 0; i < out.rank; ++i) {
    const size_t n = out.back(i);
    const size_t step_a = a.back(i) == 1 ? 0 : along_a, step_b = b.back(i) == 1 ? 0 : along_b;
    along_a *= a.back(i);
    along_b *= b.back(i);
    if (n == 1) continue;
    if (rank_ > 0 && step_a == a_[rank_ - 1] * size_[rank_ - 1] &&
        step_b == b_[rank_ - 1] * size_[rank_ - 1]) {
      size_[rank_ - 1] *= n;  // Contiguous with the dimension before it: merged.
      continue;
    }
    size_[rank_] = n;
    a_[rank_] = step_a;
    b_[rank_++] = step_b;
  }
  if (rank_ == 0) size_[rank_++] = 1;
}

Spread spread(const char* where, const Dims& dense, const Dims& sparse) {
  size_t width = 1, inner = 1;  // Products of all dimensions but the first.
  bool full = true;
  for (size_t i = 0; i + 1 < sparse.rank; ++i) {
    width *= sparse.back(i);
    inner *= dense.back(i);
    full &= dense.back(i) == sparse.back(i);
  }
  LACUNA_REQUIRE(broadcasts_to(dense, sparse) && (full || inner == 1), where,
                 ": a dense operand must be a scalar, a row, a column, or of the shape of the "
                 "sparse one. Received: dense=",
                 words(dense), ", sparse=", words(sparse), ".");
  return {.row = dense.back(sparse.rank - 1) == 1 ? 0 : inner, .column = inner == 1 ? size_t{0} : size_t{1}};
}

}  // namespace lacuna
