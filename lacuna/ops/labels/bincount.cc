// bincount: y[i, v] = Σ_j [x[i, j] = v] (times weights[i, j]).
#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/labels/digitize.h"
#include "lacuna/ops/parts/ids.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

struct Bincount final : Op {
  Bincount(Dim least, bool s, DType d) : minlength(least), sparse(s), dtype(d) {}
  const Dim minlength;
  const bool sparse;
  const DType dtype;  // Of the counts.

  std::string_view name() const override { return "bincount"; }
  std::string key() const override { return text("bincount ", minlength, ' ', sparse, ' ', dtype); }

  // Calls f with the tag of the dtype of the counts.
  template <class F>
  void with_counts(F&& f) const {
    if (is_float(dtype)) with_float("bincount", dtype, f);
    else f(Tag<int32_t>{});
  }

  // The numbers in a line, and the counts that a line of the result has.
  struct Line {
    size_t size;
    Dim length;
  };
  template <class I>
  Line line(const tensor::Dense& x, std::span<const I> ids, const Tensor* weights) const {
    LACUNA_REQUIRE(!weights || weights->dense().shape == x.shape,
                   "bincount: weights must have the shape of x. Received: x=", Tensor(x).spec(),
                   ", weights=", weights->spec(), ".");
    if (const size_t k = first_out_of_range(ids, Dim{1} << 62); k < ids.size()) [[unlikely]]
      throw OutOfRange("bincount: numbers must not be negative. Received: x[", k, "]=", ids[k], ".");
    Dim length = minlength;
    for (const I id : ids) length = std::max(length, static_cast<Dim>(id) + 1);
    LACUNA_REQUIRE_RANGE(length < Dim{1} << 31,
                         "bincount: numbers must be below 2^31 - 1. Received: max(x)=", length - 1, ".");
    return {static_cast<size_t>(x.shape.back()), length};
  }

  static void to_dense(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const Bincount&>(op);
    const tensor::Dense& x = in[0]->dense();
    with_ids("bincount", x, [&](auto ids) {
      const auto [size, length] = self.line(x, ids, in.size() > 1 ? in[1] : nullptr);
      tensor::Dense& y = out[0]->dense();
      y.resize_last(x.shape, length, self.dtype);
      self.with_counts([&](auto tag) {
        using T = typename decltype(tag)::type;
        using Sum = std::conditional_t<std::is_same_v<T, float>, double, T>;  // A float counts to 2²⁴.
        const auto counts = y.values<T>();
        const T* weights = in.size() > 1 ? in[1]->dense().values<T>().data() : nullptr;
        const auto sums = context.scratch.get<Sum>(0, counts.size());
        std::fill(sums.begin(), sums.end(), Sum(0));
        for (size_t i = 0; i < ids.size(); ++i)
          sums[i / size * static_cast<size_t>(length) + static_cast<size_t>(ids[i])] +=
              weights ? static_cast<Sum>(weights[i]) : Sum(1);
        for (size_t i = 0; i < counts.size(); ++i) counts[i] = static_cast<T>(sums[i]);
      });
    });
  }

  // Sorts the numbers of each line with their weights, and adds up equal ones.
  static void to_csr(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const Bincount&>(op);
    const tensor::Dense& x = in[0]->dense();
    with_ids("bincount", x, [&](auto ids) {
      const auto [size, length] = self.line(x, ids, in.size() > 1 ? in[1] : nullptr);
      tensor::Csr& y = out[0]->csr();
      y.resize(x.shape[0], length, ids.size(), self.dtype);
      self.with_counts([&](auto tag) {
        using T = typename decltype(tag)::type;
        const T* weights = in.size() > 1 ? in[1]->dense().values<T>().data() : nullptr;
        const auto order = context.scratch.get<size_t>(0, size);
        const auto columns = y.indices.as<int32_t>(), indptr = y.indptr.as<int32_t>();
        const auto values = y.values<T>();
        size_t n = 0;
        indptr[0] = 0;
        for (size_t r = 0; r < static_cast<size_t>(x.shape[0]); ++r) {
          for (size_t j = 0; j < size; ++j) order[j] = r * size + j;
          std::sort(order.begin(), order.end(),
                    [&](size_t a, size_t b) { return ids[a] < ids[b] || (ids[a] == ids[b] && a < b); });
          for (size_t k = 0; k < size;) {
            const auto id = ids[order[k]];
            double sum = 0;
            for (; k < size && ids[order[k]] == id; ++k)
              sum += weights ? static_cast<double>(weights[order[k]]) : 1;
            columns[n] = static_cast<int32_t>(id);
            values[n++] = static_cast<T>(sum);
          }
          indptr[r + 1] = static_cast<int32_t>(n);
        }
        y.indices.resize(n * sizeof(int32_t));
        y.data.resize(n * sizeof(T));
      });
    });
  }

  std::string_view cost(const Rule&) const override {
    return sparse ? "ids × log(ids of a row)" : "ids + elements of the result";
  }
  const Rules& rules() const override {
    static const Rules to_dense_rules{{{{Storage::dense}, {Storage::dense}, to_dense},
                                       {{Storage::dense, Storage::dense}, {Storage::dense}, to_dense}}};
    static const Rules to_csr_rules{{{{Storage::dense}, {Storage::csr}, to_csr},
                                     {{Storage::dense, Storage::dense}, {Storage::csr}, to_csr}}};
    return sparse ? to_csr_rules : to_dense_rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec& x = in[0];
    LACUNA_REQUIRE(
        (x.dtype == DType::int32 || x.dtype == DType::int64) &&
            (x.shape.size() == 2 || (x.shape.size() == 1 && !sparse)),
        name(),
        ": x must be int32 or int64, of rank 2, or of rank 1 where the result is dense. Received: x=", x,
        ", sparse=", sparse, ".");
    LACUNA_REQUIRE(in.size() == 1 || (in[1].shape.size() == x.shape.size() && in[1].dtype == dtype), name(),
                   ": weights must have the shape of x and the dtype of the counts. Received: x=", x,
                   ", weights=", in.back(), ".");
    Shape shape = x.shape;
    shape.back() = None;
    return {{shape, dtype, rule_for(*this, in).out[0]}};
  }
};

const bool bincount_registered = register_op("bincount", [] {
  const auto op = [](bool sparse, DType dtype) { return std::make_shared<Bincount>(4, sparse, dtype); };
  const Example::Input one{{None}, DType::int64, Values::ids, 9},
      two{{None, 5}, DType::int32, Values::ids, 9}, weights{{None, 5}};
  return std::vector<Example>{{op(false, DType::int32), {one}},
                              {op(false, DType::int32), {two}},
                              {op(true, DType::float32), {two}},
                              {op(false, DType::float32), {two, weights}},
                              {op(false, DType::float64), {two, weights}},
                              {op(true, DType::float32), {two, weights}},
                              {op(true, DType::float64), {two, weights}}};
});

}  // namespace

Symbol bincount(const Symbol& x, const Symbol& weights, Dim minlength, bool sparse) {
  LACUNA_REQUIRE(minlength >= 0, "bincount: minlength must not be negative. Received: minlength=", minlength,
                 ".");
  if (!weights)
    return apply(std::make_shared<Bincount>(minlength, sparse, sparse ? floatx() : DType::int32), {x});
  LACUNA_REQUIRE(is_float(weights.dtype()),
                 "bincount: weights must have a float dtype. Received: weights=", weights.spec(), ".");
  return apply(std::make_shared<Bincount>(minlength, sparse, weights.dtype()), {x, weights});
}

}  // namespace lacuna
