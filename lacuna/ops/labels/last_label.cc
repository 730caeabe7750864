// last_label: the largest j with x[r, j] ≠ 0, or -1.
#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/labels/labels.h"
#include "lacuna/ops/parts/ids.h"

namespace lacuna {
namespace {

struct LastLabel final : Flat<> {
  std::string_view name() const override { return "last_label"; }

  std::string_view cost(const Rule& rule) const override { return rows_and_stored(rule.in[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense}, {dense}, of_dense}, {{csr}, {dense}, of_csr}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in[0].shape.size() == 2 && is_float(in[0].dtype),
                   "last_label: x must have rank 2 and a float dtype. Received: x=", in[0], ".");
    return {{{in[0].shape[0]}, DType::int64, rule_for(*this, in).out[0]}};
  }

  static void of_dense(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const tensor::Dense& x = in[0]->dense();
    const auto width = static_cast<size_t>(x.shape[1]);
    out[0]->dense().resize({x.shape[0]}, DType::int64);
    with_float("last_label", x.dtype, [&](auto tag) {
      const auto* row = x.values<typename decltype(tag)::type>().data();
      for (int64_t& label : out[0]->dense().values<int64_t>()) {
        label = static_cast<int64_t>(width) - 1;
        while (label >= 0 && row[label] == 0) --label;
        row += width;
      }
    });
  }

  static void of_csr(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const tensor::Csr& x = in[0]->csr();
    out[0]->dense().resize({x.rows}, DType::int64);
    const auto labels = out[0]->dense().values<int64_t>();
    with_float("last_label", x.dtype, [&](auto tag) {
      const auto values = x.values<typename decltype(tag)::type>();
      with_index(x, [&](auto indices, auto indptr) {
        for (size_t r = 0; r < labels.size(); ++r) {
          labels[r] = -1;
          for (auto k = indptr[r + 1]; k > indptr[r] && labels[r] < 0; --k)
            if (values[static_cast<size_t>(k) - 1] != 0) labels[r] = indices[static_cast<size_t>(k) - 1];
        }
      });
    });
  }
};

const bool last_label_registered = register_op("last_label", [] {
  return std::vector<Example>{
      {std::make_shared<LastLabel>(), {{{None, 4}}}},
      {std::make_shared<LastLabel>(), {{{None, 4}, DType::float32, Values::zero_one}}}};
});

}  // namespace

Symbol last_label(const Symbol& x) {
  static const auto op = std::make_shared<LastLabel>();
  return apply(op, {x});
}

}  // namespace lacuna
