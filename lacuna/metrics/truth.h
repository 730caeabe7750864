// The labels of a batch, row by row, in whichever form y_true has.
#pragma once
#include "lacuna/base/error.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna::metrics {

// T: the dtype of y_pred, and of y_true unless it holds ids. Keeps references to both.
template <class T>
class Truth {
 public:
  Truth(const char* where, const Tensor& y_true, const tensor::Dense& y_pred) : where_(where), y_(y_true) {
    width_ = y_pred.shape.empty() ? 1 : static_cast<size_t>(y_pred.shape.back());
    rows_ = width_ ? y_pred.size() / width_ : 0;
    const bool is_csr = y_.storage() == Storage::csr;
    ids_ = !is_float(y_.dtype());
    bool fits;
    if (is_csr) {
      fits = static_cast<size_t>(y_.csr().rows) == rows_ && static_cast<size_t>(y_.csr().columns) == width_;
    } else if (ids_) {
      per_row_ = rows_ ? y_.dense().size() / rows_ : 0;
      fits = y_.dense().size() == rows_ * per_row_;
    } else {
      fits = y_.dense().size() == rows_ * width_;
    }
    LACUNA_REQUIRE(fits, where,
                   ": y_true must have the shape of y_pred, or hold ids for its rows. Received: y_true=",
                   y_.spec(), ", y_pred=", Tensor(y_pred).spec(), ".");
  }

  size_t rows() const { return rows_; }
  size_t width() const { return width_; }

  // f(column) for each label that row r has.
  template <class F>
  void for_row(size_t r, const F& f) const {
    if (y_.storage() == Storage::csr) {
      if (y_.csr().index == DType::int64) return of_csr<int64_t>(r, f);
      return of_csr<int32_t>(r, f);
    }
    if (ids_) {
      if (y_.dtype() == DType::int64) return of_ids<int64_t>(r, f);
      return of_ids<int32_t>(r, f);
    }
    const T* t = y_.dense().values<T>().data() + r * width_;
    for (size_t j = 0; j < width_; ++j)
      if (says_yes(t[j], r)) f(j);
  }

 private:
  bool says_yes(T t, size_t r) const {
    if (t == 1) return true;
    if (t == 0 || t == -1) return false;
    throw InvalidArgument(where_, ": y_true must hold 0 and 1, or -1 and 1. Received: ", t, " in row ", r,
                          " of the batch.");
  }

  template <class I, class F>
  void of_csr(size_t r, const F& f) const {
    const auto indices = y_.csr().indices.template as<I>(), indptr = y_.csr().indptr.template as<I>();
    const auto values = y_.csr().template values<T>();
    for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k)
      if (says_yes(values[k], r)) f(static_cast<size_t>(indices[k]));
  }

  template <class I, class F>
  void of_ids(size_t r, const F& f) const {
    for (const I id : y_.dense().template values<I>().subspan(r * per_row_, per_row_)) {
      if (id == -1) continue;
      LACUNA_REQUIRE_RANGE(id >= 0 && static_cast<size_t>(id) < width_, where_, ": ids must be in [0, ",
                           width_, "), or -1 for none. Received: id=", id, " in row ", r, " of the batch.");
      f(static_cast<size_t>(id));
    }
  }

  const char* where_;
  const Tensor& y_;
  size_t rows_ = 0, width_ = 0, per_row_ = 0;
  bool ids_ = false;
};

}  // namespace lacuna::metrics
