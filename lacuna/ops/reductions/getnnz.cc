// getnnz: counts the stored entries of csr.
#include "lacuna/ops/reductions/getnnz.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/ids.h"

namespace lacuna {
namespace {

struct GetNnz final : Flat<> {
  explicit GetNnz(int a) : axis(a) {}
  const int axis;  // -1: the whole.

  std::string_view name() const override { return "getnnz"; }
  std::string key() const override { return text("getnnz ", axis); }

  static void run(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const int axis = static_cast<const GetNnz&>(op).axis;
    const tensor::Csr& x = in[0]->csr();
    tensor::Dense& n = out[0]->dense();
    if (axis < 0) n.resize({}, DType::int64);
    else n.resize({axis == 0 ? x.columns : x.rows}, DType::int64);
    const auto counts = n.values<int64_t>();
    with_index(x, [&](auto indices, auto indptr) {
      const auto rows = static_cast<size_t>(x.rows);
      if (axis < 0) {
        counts[0] = static_cast<int64_t>(x.nonzeros());
      } else if (axis == 1) {
        for (size_t r = 0; r < rows; ++r) counts[r] = indptr[r + 1] - indptr[r];
      } else {
        std::fill(counts.begin(), counts.end(), 0);
        for (auto k = static_cast<size_t>(indptr[0]); k < static_cast<size_t>(indptr[rows]); ++k)
          ++counts[static_cast<size_t>(indices[k])];
      }
    });
  }

  std::string_view cost(const Rule&) const override {
    return axis < 0 ? "1" : axis == 0 ? "along axis 0 non-zeros + columns" : "along axis 1 rows";
  }

  const Rules& rules() const override {
    static const Rules rules{{{{Storage::csr}, {Storage::dense}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Storage out = rule_for(*this, in).out[0];
    LACUNA_REQUIRE(axis != 0 || in[0].shape[1] < Dim{1} << 31, name(),
                   ": a dense result must have fewer than 2^31 elements. Received: axis=0, x=", in[0], ".");
    return {{axis < 0 ? Shape{} : Shape{in[0].shape[axis == 0 ? 1 : 0]}, DType::int64, out}};
  }
};

const bool getnnz_registered = register_op("getnnz", [] {
  std::vector<Example> examples;
  for (const int axis : {-1, 0, 1}) examples.push_back({std::make_shared<GetNnz>(axis), {{{None, 5}}}});
  return examples;
});

}  // namespace

Symbol getnnz(const Symbol& x, std::optional<int> axis) {
  const int which = axis ? *axis + (*axis < 0 ? 2 : 0) : -1;
  LACUNA_REQUIRE(!axis || which == 0 || which == 1,
                 "getnnz: axis must be 0 or 1, or none. Received: axis=", axis.value_or(0), ".");
  return apply(std::make_shared<GetNnz>(which), {x});
}

}  // namespace lacuna
