// one_hot, multi_hot: each line of k ids becomes a line with ones at the ids.
#include "lacuna/ops/labels/one_hot.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/ids.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

struct Hot final : Flat<> {
  Hot(Dim n, bool m, bool s, DType d) : classes(n), many(m), sparse(s), dtype(d) {}
  const Dim classes;
  const bool many, sparse;
  const DType dtype;

  std::string_view name() const override { return many ? "multi_hot" : "one_hot"; }
  std::string key() const override { return text(name(), ' ', classes, ' ', sparse, ' ', dtype); }

  // The number of ids in a line.
  size_t count(const tensor::Dense& ids) const { return many ? static_cast<size_t>(ids.shape.back()) : 1; }

  static void to_dense(const Op& op, Context&, In in, Out out) {
    const auto& self = static_cast<const Hot&>(op);
    const tensor::Dense& x = in[0]->dense();
    tensor::Dense& y = out[0]->dense();
    const size_t k = self.count(x), classes = static_cast<size_t>(self.classes);
    y.shape.assign(x.shape.begin(), x.shape.end() - (self.many ? 1 : 0));
    y.shape.push_back(self.classes);
    y.dtype = self.dtype;
    y.data.resize(y.size() * size_of(y.dtype));
    with_float("one_hot", y.dtype, [&](auto tag) {
      const auto to = y.values<typename decltype(tag)::type>();
      std::fill(to.begin(), to.end(), 0);
      with_ids("one_hot", x, [&](auto ids) {
        for (size_t i = 0; i < ids.size(); ++i)
          if (ids[i] >= 0 && ids[i] < self.classes) to[i / k * classes + static_cast<size_t>(ids[i])] = 1;
      });
    });
  }

  static void to_csr(const Op& op, Context&, In in, Out out) {
    const auto& self = static_cast<const Hot&>(op);
    const tensor::Dense& x = in[0]->dense();
    const size_t k = self.count(x);
    const DType index = self.classes < Dim{1} << 31 ? DType::int32 : DType::int64;
    tensor::Csr& y = out[0]->csr();
    y.resize(x.shape[0], self.classes, x.size(), self.dtype, index);
    const auto fill = [&](auto tag, auto ids) {
      using I = typename decltype(tag)::type;
      const auto columns = y.indices.as<I>(), indptr = y.indptr.as<I>();
      size_t n = 0;
      indptr[0] = 0;
      for (size_t r = 0; r < static_cast<size_t>(x.shape[0]); ++r) {
        const auto first = columns.begin() + static_cast<std::ptrdiff_t>(n);
        auto last = first;
        for (const auto id : ids.subspan(r * k, k))
          if (id >= 0 && id < self.classes) *last++ = static_cast<I>(id);
        std::sort(first, last);
        n += static_cast<size_t>(std::unique(first, last) - first);
        indptr[r + 1] = static_cast<I>(n);
      }
      y.indices.resize(n * sizeof(I));
      y.data.resize(n * size_of(self.dtype));
    };
    with_ids("one_hot", x, [&](auto ids) {
      if (index == DType::int64) fill(Tag<int64_t>{}, ids);
      else fill(Tag<int32_t>{}, ids);
    });
    with_float("one_hot", self.dtype, [&](auto tag) {
      const auto values = y.values<typename decltype(tag)::type>();
      std::fill(values.begin(), values.end(), 1);
    });
  }

  std::string_view cost(const Rule& rule) const override {
    if (rule.out[0] == Storage::dense) return "ids + elements of the result";
    return many ? "ids × log(ids of a row)" : "ids";
  }

  const Rules& rules() const override {
    static const Rules to_dense_rules{{{{Storage::dense}, {Storage::dense}, to_dense}}};
    static const Rules to_csr_rules{{{{Storage::dense}, {Storage::csr}, to_csr}}};
    return sparse ? to_csr_rules : to_dense_rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec& x = in[0];
    LACUNA_REQUIRE(x.dtype == DType::int32 || x.dtype == DType::int64, name(),
                   ": ids must be int32 or int64. Received: ids=", x, ".");
    LACUNA_REQUIRE(!many || !x.shape.empty(), name(), ": ids must have rank 1 or more. Received: ids=", x,
                   ".");
    Shape shape(x.shape.begin(), x.shape.end() - (many ? 1 : 0));
    shape.push_back(classes);
    const Storage out = rule_for(*this, in).out[0];
    LACUNA_REQUIRE(out == Storage::dense || shape.size() == 2, name(),
                   ": with sparse=True the result must have rank 2. Received: ids=", x,
                   ", num_classes=", classes, ".");
    return {{shape, dtype, out}};
  }
};

template <bool kMany>
std::vector<Example> examples() {
  const Example::Input one{{None}, DType::int64, Values::ids, 9},
      two{{None, 3}, DType::int32, Values::ids, 9}, three{{None, 2, 3}, DType::int64, Values::ids, 9};
  std::vector<Example> result;
  for (const bool sparse : {false, true})
    for (const auto& ids : {one, two, three})
      if (!sparse || ids.shape.size() == (kMany ? 2 : 1))
        result.push_back({std::make_shared<Hot>(7, kMany, sparse, DType::float32), {ids}});
  result.push_back({std::make_shared<Hot>(Dim{1} << 20, kMany, true, DType::float64), {kMany ? two : one}});
  return result;
}
const bool one_hot_registered =
    register_op("one_hot", examples<false>) && register_op("multi_hot", examples<true>);

Symbol applied(const char* where, const Symbol& ids, Dim classes, bool many, bool sparse) {
  LACUNA_REQUIRE(classes > 0, where, ": num_classes must be positive. Received: num_classes=", classes, ".");
  return apply(std::make_shared<Hot>(classes, many, sparse, floatx()), {ids});
}

}  // namespace

Symbol one_hot(const Symbol& ids, Dim num_classes, bool sparse) {
  return applied("one_hot", ids, num_classes, false, sparse);
}
Symbol multi_hot(const Symbol& ids, Dim num_classes, bool sparse) {
  return applied("multi_hot", ids, num_classes, true, sparse);
}

}  // namespace lacuna
