// Crossentropies on the CPU.
#include <cmath>

#include "lacuna/base/error.h"
#include "lacuna/graph/op.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/parts/rows.h"

namespace lacuna::cpu {
namespace {

// The rows of dense or csr targets: calls f(j, t) for each stored value t.
template <class T>
class Targets {
 public:
  Targets(const Tensor& target, size_t rows, size_t width) : target_(target), width_(width) {
    const bool is_csr = target.storage() == Storage::csr;
    const size_t came =
        is_csr ? static_cast<size_t>(target.csr().rows * target.csr().columns) : target.dense().size();
    LACUNA_REQUIRE(came == rows * width,
                   "crossentropy: target and logits must have one shape. Received: values of target=", came,
                   ", of logits=", rows * width, ".");
  }

  template <class F>
  void for_row(size_t r, const F& f) const {
    if (target_.storage() == Storage::dense) {
      const T* t = target_.dense().values<T>().data() + r * width_;
      for (size_t j = 0; j < width_; ++j) f(j, t[j]);
      return;
    }
    const T* t = target_.csr().values<T>().data();
    with_index(target_.csr(), [&](auto indices, auto indptr) {
      for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k)
        f(static_cast<size_t>(indices[k]), t[k]);
    });
  }

 private:
  const Tensor& target_;
  size_t width_;
};

// log Σ exp(x_j - top).
template <class T>
double log_total(const T* x, size_t width, T top) {
  double total = 0;
  for (size_t j = 0; j < width; ++j) total += static_cast<double>(std::exp(x[j] - top));
  return std::log(total);
}

template <class T>
T sigmoid_loss(T x, T t) {
  return std::max(x, T(0)) - x * t + std::log1p(std::exp(-std::abs(x)));
}

// The shape of the logits without the last axis.
void resize_loss(const tensor::Dense& logits, tensor::Dense& loss) {
  loss.shape.assign(logits.shape.begin(), logits.shape.end() - 1);
  loss.resize(loss.shape, logits.dtype);
}

template <class I>
void check(std::span<const I> ids, const LastAxis& axis) {
  LACUNA_REQUIRE(ids.size() == axis.rows,
                 "sparse_softmax_crossentropy: there must be an id for each row of logits. Received: "
                 "ids=",
                 ids.size(), ", rows=", axis.rows, ".");
  const size_t bad = first_out_of_range(ids, static_cast<Dim>(axis.width));
  LACUNA_REQUIRE_RANGE(bad >= ids.size(), "sparse_softmax_crossentropy: ids must be in [0, ", axis.width,
                       "), the last axis of logits. Received: id=", ids[bad], " in row ", bad, ".");
}

}  // namespace

void softmax_crossentropy(const Op&, Context&, std::span<const Tensor* const> in,
                          std::span<Tensor* const> out) {
  const tensor::Dense& x = in[1]->dense();
  tensor::Dense& loss = out[0]->dense();
  resize_loss(x, loss);
  with_float("softmax_crossentropy", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const LastAxis axis(x);
    const Targets<T> targets(*in[0], axis.rows, axis.width);
    if (axis.width == 0) std::ranges::fill(loss.values<T>(), T(0));  // There are no classes.
    axis.for_rows([&](size_t r) {
      const T* from = x.values<T>().data() + r * axis.width;
      const T top = largest(from, axis.width);
      const double total = log_total(from, axis.width, top);
      double sum = 0;
      targets.for_row(r, [&](size_t j, T t) {
        if (t != 0)
          sum += static_cast<double>(t) * (total - (static_cast<double>(from[j]) - static_cast<double>(top)));
      });
      loss.values<T>()[r] = static_cast<T>(sum);
    });
  });
}

void softmax_crossentropy_gradient(const Op&, Context&, std::span<const Tensor* const> in,
                                   std::span<Tensor* const> out) {
  const tensor::Dense &y = in[1]->dense(), &dl = in[2]->dense();
  tensor::Dense& dx = out[0]->dense();
  dx.resize(y.shape, y.dtype);
  with_float("softmax_crossentropy_gradient", y.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const LastAxis axis(y);
    const Targets<T> targets(*in[0], axis.rows, axis.width);
    axis.for_rows([&](size_t r) {
      const T* p = y.values<T>().data() + r * axis.width;
      T* to = dx.values<T>().data() + r * axis.width;
      const T d = dl.values<T>()[r];
      double sum = 0;
      targets.for_row(r, [&](size_t, T t) { sum += static_cast<double>(t); });
      const T total = static_cast<T>(sum) * d;
      for (size_t j = 0; j < axis.width; ++j) to[j] = p[j] * total;
      targets.for_row(r, [&](size_t j, T t) { to[j] -= t * d; });
    });
  });
}

void sparse_softmax_crossentropy(const Op&, Context&, std::span<const Tensor* const> in,
                                 std::span<Tensor* const> out) {
  const tensor::Dense& x = in[1]->dense();
  tensor::Dense& loss = out[0]->dense();
  resize_loss(x, loss);
  with_float("sparse_softmax_crossentropy", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const LastAxis axis(x);
    with_ids("sparse_softmax_crossentropy", in[0]->dense(), [&](auto ids) {
      check(ids, axis);
      axis.for_rows([&](size_t r) {
        const T* from = x.values<T>().data() + r * axis.width;
        const T top = largest(from, axis.width);
        const auto at = static_cast<double>(from[static_cast<size_t>(ids[r])]);
        loss.values<T>()[r] =
            static_cast<T>(log_total(from, axis.width, top) - (at - static_cast<double>(top)));
      });
    });
  });
}

void sparse_softmax_crossentropy_gradient(const Op&, Context&, std::span<const Tensor* const> in,
                                          std::span<Tensor* const> out) {
  const tensor::Dense &y = in[1]->dense(), &dl = in[2]->dense();
  tensor::Dense& dx = out[0]->dense();
  dx.resize(y.shape, y.dtype);
  with_float("sparse_softmax_crossentropy_gradient", y.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const LastAxis axis(y);
    with_ids("sparse_softmax_crossentropy_gradient", in[0]->dense(), [&](auto ids) {
      check(ids, axis);
      axis.for_rows([&](size_t r) {
        const T* p = y.values<T>().data() + r * axis.width;
        T* to = dx.values<T>().data() + r * axis.width;
        const T d = dl.values<T>()[r];
        for (size_t j = 0; j < axis.width; ++j) to[j] = p[j] * d;
        to[static_cast<size_t>(ids[r])] -= d;
      });
    });
  });
}

void sigmoid_crossentropy(const Op&, Context&, std::span<const Tensor* const> in,
                          std::span<Tensor* const> out) {
  const tensor::Dense& x = in[1]->dense();
  tensor::Dense& loss = out[0]->dense();
  loss.resize(x.shape, x.dtype);
  with_float("sigmoid_crossentropy", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const LastAxis axis(x);
    const Targets<T> targets(*in[0], axis.rows, axis.width);
    axis.for_rows([&](size_t r) {
      const T* from = x.values<T>().data() + r * axis.width;
      T* to = loss.values<T>().data() + r * axis.width;
      if (in[0]->storage() == Storage::csr)
        for (size_t j = 0; j < axis.width; ++j) to[j] = sigmoid_loss(from[j], T(0));
      targets.for_row(r, [&](size_t j, T t) { to[j] = sigmoid_loss(from[j], t); });
    });
  });
}

void sigmoid_crossentropy_gradient(const Op&, Context&, std::span<const Tensor* const> in,
                                   std::span<Tensor* const> out) {
  const tensor::Dense &x = in[1]->dense(), &dl = in[2]->dense();
  tensor::Dense& dx = out[0]->dense();
  dx.resize(x.shape, x.dtype);
  with_float("sigmoid_crossentropy_gradient", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const LastAxis axis(x);
    const Targets<T> targets(*in[0], axis.rows, axis.width);
    axis.for_rows([&](size_t r) {
      const size_t row = r * axis.width;
      const T *from = x.values<T>().data() + row, *d = dl.values<T>().data() + row;
      T* to = dx.values<T>().data() + row;
      for (size_t j = 0; j < axis.width; ++j) {
        const T e = std::exp(-std::abs(from[j]));  // Never overflows.
        to[j] = d[j] * (from[j] >= 0 ? 1 : e) / (1 + e);
      }
      targets.for_row(r, [&](size_t j, T t) { to[j] -= d[j] * t; });
    });
  });
}

}  // namespace lacuna::cpu
