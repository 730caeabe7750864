// shape: the dimensions of x, int64, as they are in the run.
#include "lacuna/ops/shape/shape.h"

#include <algorithm>
#include <array>

#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

struct ShapeOp final : Flat<> {
  std::string_view name() const override { return "shape"; }

  std::string_view cost(const Rule&) const override { return "rank"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense}, {dense}, run},
                              {{csr}, {dense}, run},
                              {{row_sparse}, {dense}, run},
                              {{row_table}, {dense}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{{static_cast<Dim>(in[0].shape.size())}, DType::int64, rule_for(*this, in).out[0]}};
  }

  static void run(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const Tensor& x = *in[0];
    tensor::Dense& y = out[0]->dense();
    const auto put = [&](const auto& dims) {
      y.resize({static_cast<Dim>(dims.size())}, DType::int64);
      std::copy(dims.begin(), dims.end(), y.values<int64_t>().begin());
    };
    switch (x.storage()) {  // Not Tensor::shape(), which allocates memory: a step must not.
      case Storage::dense:
        return put(x.dense().shape);
      case Storage::csr:
        return put(std::array{x.csr().rows, x.csr().columns});
      case Storage::row_sparse:
        return put(x.row_sparse().shape);
      case Storage::row_table:
        return put(x.table().shape());
    }
  }
};

const bool shape_registered = register_op("shape", [] {
  return std::vector<Example>{{std::make_shared<ShapeOp>(), {{{None, 5}}}},
                              {std::make_shared<ShapeOp>(), {{{7, 3}}}}};
});

}  // namespace

Symbol shape(const Symbol& x) {
  static const auto op = std::make_shared<ShapeOp>();
  return apply(op, {x});
}

}  // namespace lacuna
