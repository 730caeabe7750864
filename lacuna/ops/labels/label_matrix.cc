// label_matrix: y[r, ids[r, j]] += 1 for each j whose id is not -1; csr.
#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/labels/labels.h"
#include "lacuna/ops/parts/ids.h"

namespace lacuna {
namespace {

struct LabelMatrix final : Flat<> {
  LabelMatrix(Dim c, DType d) : classes(c), dtype(d) {}
  const Dim classes;
  const DType dtype;

  std::string_view name() const override { return "label_matrix"; }
  std::string key() const override { return text("label_matrix ", classes, " ", dtype); }

  std::string_view cost(const Rule&) const override { return "ids × log(ids of a row)"; }
  const Rules& rules() const override {
    static const Rules rules{{{{Storage::dense}, {Storage::csr}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec& ids = in[0];
    LACUNA_REQUIRE(ids.shape.size() == 2 && (ids.dtype == DType::int32 || ids.dtype == DType::int64),
                   "label_matrix: ids must be int32 or int64 and of rank 2. Received: ids=", ids, ".");
    LACUNA_REQUIRE(classes > 0 && classes <= std::numeric_limits<int32_t>::max() && is_float(dtype),
                   "label_matrix: classes must be in [1, 2^31), and dtype a float. Received: classes=",
                   classes, ", dtype=", dtype, ".");
    return {{{ids.shape[0], classes}, dtype, rule_for(*this, in).out[0]}};
  }

  static void run(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const auto& self = static_cast<const LabelMatrix&>(op);
    const tensor::Dense& ids = in[0]->dense();
    const auto rows = static_cast<size_t>(ids.shape[0]), width = static_cast<size_t>(ids.shape[1]);
    tensor::Csr& y = out[0]->csr();
    y.resize(ids.shape[0], self.classes, rows * width, self.dtype);
    with_float("label_matrix", self.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto indices = y.indices.as<int32_t>(), indptr = y.indptr.as<int32_t>();
      const auto values = y.values<T>();
      size_t end = 0;
      indptr[0] = 0;
      with_ids("label_matrix", ids, [&](auto from) {
        for (size_t r = 0; r < rows; ++r) {
          const size_t begin = end;
          for (size_t j = r * width; j < (r + 1) * width; ++j) {
            if (from[j] == -1) continue;
            LACUNA_REQUIRE_RANGE(from[j] >= 0 && from[j] < self.classes, "label_matrix: ids must be in [0, ",
                                 self.classes, "), or -1 for none. Received: id=", from[j], " in row ", r,
                                 ".");
            indices[end++] = static_cast<int32_t>(from[j]);
          }
          std::sort(&indices[0] + begin, &indices[0] + end);
          size_t kept = begin;
          for (size_t k = begin; k < end; ++k) {
            if (kept > begin && indices[kept - 1] == indices[k]) {
              values[kept - 1] += 1;
              continue;
            }
            indices[kept] = indices[k];
            values[kept++] = 1;
          }
          end = kept;
          indptr[r + 1] = static_cast<int32_t>(end);
        }
      });
      y.indices.resize(end * sizeof(int32_t));
      y.data.resize(end * sizeof(T));
    });
  }
};

const bool label_matrix_registered = register_op("label_matrix", [] {
  return std::vector<Example>{
      {std::make_shared<LabelMatrix>(4, DType::float32), {{{None, 3}, DType::int64, Values::ids, 4}}},
      {std::make_shared<LabelMatrix>(4, DType::float64), {{{None, 1}, DType::int32, Values::ids, 4}}}};
});

}  // namespace

Symbol label_matrix(const Symbol& ids, Dim classes, DType dtype) {
  return apply(std::make_shared<LabelMatrix>(classes, dtype), {ids});
}

}  // namespace lacuna
