// in_top_k: 1 where fewer than k predictions of a row are larger than the prediction at its id.
#include <cmath>

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/labels/labels.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/parts/rows.h"

namespace lacuna {
namespace {

struct InTopK final : Flat<> {
  explicit InTopK(Dim count) : k(count) {}
  const Dim k;

  std::string_view name() const override { return "in_top_k"; }
  std::string key() const override { return text("in_top_k ", k); }

  std::string_view cost(const Rule&) const override { return "elements"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense}, {dense}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &predictions = in[0], &ids = in[1];
    LACUNA_REQUIRE(k > 0, "in_top_k: k must be positive. Received: k=", k, ".");
    Shape rows = predictions.shape;
    if (!rows.empty()) rows.pop_back();
    Shape places = ids.shape;
    if (places.size() == predictions.shape.size() && !places.empty() && places.back() == 1) places.pop_back();
    bool fits = !predictions.shape.empty() && places.size() == rows.size();
    for (size_t i = 0; fits && i < rows.size(); ++i)
      fits = rows[i] == places[i] || rows[i] == None || places[i] == None;
    LACUNA_REQUIRE(
        fits && is_float(predictions.dtype) && (ids.dtype == DType::int32 || ids.dtype == DType::int64),
        "in_top_k: predictions must be floats, and ids whole numbers (int32 or int64) of that shape "
        "without the last axis, or with a last axis of 1. Received: predictions=",
        predictions, ", ids=", ids, ".");
    return {{rows, predictions.dtype, rule_for(*this, in).out[0]}};
  }

  static void run(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const auto k = static_cast<size_t>(static_cast<const InTopK&>(op).k);
    const tensor::Dense& x = in[0]->dense();
    tensor::Dense& y = out[0]->dense();
    y.shape.assign(x.shape.begin(), x.shape.end() - 1);
    y.resize(y.shape, x.dtype);
    const LastAxis axis(x);
    with_float("in_top_k", x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      with_ids("in_top_k", in[1]->dense(), [&](auto ids) {
        LACUNA_REQUIRE(ids.size() == axis.rows,
                       "in_top_k: there must be an id for each row. Received: ids=", ids.size(),
                       ", rows=", axis.rows, ".");
        axis.for_rows([&](size_t r) {
          const T* row = x.values<T>().data() + r * axis.width;
          bool inside = ids[r] >= 0 && static_cast<size_t>(ids[r]) < axis.width;
          if (inside) {
            const T own = row[static_cast<size_t>(ids[r])];
            size_t larger = 0;
            for (size_t j = 0; j < axis.width; ++j)
              larger += !(row[j] <= own);  // NaN counts as larger, as in argmax.
            inside = std::isfinite(own) && larger < k;
          }
          y.values<T>()[r] = inside ? T(1) : T(0);
        });
      });
    });
  }
};

const bool in_top_k_registered = register_op("in_top_k", [] {
  using Input = Example::Input;
  const auto op = std::make_shared<InTopK>(2);
  const Input ids{{None}, DType::int32, Values::ids, 6}, column{{None, 1}, DType::int64, Values::ids, 4};
  return std::vector<Example>{{op, {{{None, 4}}, ids}},
                              {op, {{{None, 4}}, column}},
                              {op, {{{None, 3, 4}}, {{None, 3}, DType::int64, Values::ids, 4}}}};
});

}  // namespace

Symbol in_top_k(const Symbol& predictions, const Symbol& ids, Dim k) {
  return apply(std::make_shared<InTopK>(k), {predictions, ids});
}

}  // namespace lacuna
