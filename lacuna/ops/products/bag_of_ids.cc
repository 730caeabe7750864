// bag_of_ids: A[r, ids[r, j]] += 1, csr, with entries in the order of the ids.
#include "lacuna/ops/products/bag_of_ids.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

struct BagOfIds final : Flat<> {
  explicit BagOfIds(bool skip) : skip_zero(skip) {}

  std::string_view name() const override { return "bag_of_ids"; }
  std::string key() const override { return text("bag_of_ids ", skip_zero); }

  std::string_view cost(const Rule&) const override { return "ids"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, dense}, {csr}, run},
        {{dense, row_table}, {csr}, run},
    }};
    return rules;
  }

  int rows_named_by(size_t input) const override { return input == 1 ? kNoRows : kAllRows; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &ids = in[0], &w = in[1];
    LACUNA_REQUIRE(
        (ids.dtype == DType::int32 || ids.dtype == DType::int64) && ids.shape.size() == 2,
        "bag_of_ids: ids must be integers (int32 or int64) of shape (batch, length). Received: ids=", ids,
        ".");
    LACUNA_REQUIRE(!w.shape.empty() && is_float(w.dtype),
                   "bag_of_ids: w must have rows and a float dtype. Received: w=", w, ".");
    return {{{ids.shape[0], w.shape[0]}, w.dtype, rule_for(*this, in).out[0]}};
  }

  static void run(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const bool skip_zero = static_cast<const BagOfIds&>(op).skip_zero;
    const tensor::Dense& ids = in[0]->dense();
    const Tensor& w = *in[1];
    const Dim limit = w.storage() == Storage::row_table ? w.table().shape()[0] : w.dense().shape[0];
    const DType index = limit < Dim{1} << 31 ? DType::int32 : DType::int64;
    const auto rows = static_cast<size_t>(ids.shape[0]), length = static_cast<size_t>(ids.shape[1]);
    LACUNA_REQUIRE(rows * length < size_t{1} << 31,
                   "bag_of_ids: a batch may hold up to 2^31 ids. Received: ids=", in[0]->spec(), ".");
    tensor::Csr& y = out[0]->csr();
    with_ids("bag_of_ids", ids, [&](auto values) {
      const size_t bad = first_out_of_range(values, limit);
      LACUNA_REQUIRE_RANGE(bad >= values.size(), "bag_of_ids: ids must be in [0, ", limit,
                           "), the rows of w. Received: id=", values[bad], " in row ", bad / length,
                           ", w=", w.spec(), ".");
      y.resize(ids.shape[0], limit, rows * length, w.dtype(), index);
      const auto fill = [&](auto indices, auto indptr) {
        using I = typename decltype(indices)::value_type;
        size_t n = 0;
        indptr[0] = 0;
        for (size_t r = 0; r < rows; ++r) {
          for (const auto id : values.subspan(r * length, length)) {
            indices[n] = static_cast<I>(id);  // No branch: the next id overwrites padding.
            n += !skip_zero || id != 0;
          }
          indptr[r + 1] = static_cast<I>(n);
        }
        return n;
      };
      const size_t n = index == DType::int64 ? fill(y.indices.as<int64_t>(), y.indptr.as<int64_t>())
                                             : fill(y.indices.as<int32_t>(), y.indptr.as<int32_t>());
      y.resize(ids.shape[0], limit, n, w.dtype(), index);  // Shrinks, which keeps the contents.
    });
    with_float("bag_of_ids", w.dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      std::ranges::fill(y.values<T>(), T(1));
    });
  }

  bool skip_zero;
};

const bool bag_of_ids_registered = register_op("bag_of_ids", [] {
  std::vector<Example> examples;
  for (const bool skip_zero : {false, true}) {
    const auto op = std::make_shared<BagOfIds>(skip_zero);
    examples.push_back({op, {{{None, 4}, DType::int64, Values::ids, 7}, {{7, 3}}}});
    examples.push_back({op, {{{None, 2}, DType::int32, Values::ids, 2}, {{2, 1}}}});
  }
  return examples;
});

}  // namespace

Symbol bag_of_ids(const Symbol& ids, const Symbol& w, bool skip_zero) {
  return apply(std::make_shared<BagOfIds>(skip_zero), {ids, w});
}

}  // namespace lacuna
