// scale: factor · x, and shift: x + offset, by numbers that are fixed in the graph.
//
//   scale: dx = factor dy      shift: dx = dy
#include "lacuna/ops/elementwise/scale.h"

#include <bit>
#include <cmath>
#include <cstdint>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/parts/whole.h"

namespace lacuna {
namespace {

template <bool kScale>
struct Affine final : Op {
  explicit Affine(double n) : number(n) {}
  const double number;
  static constexpr const char* kName = kScale ? "scale" : "shift";

  std::string_view name() const override { return kName; }
  std::string key() const override { return text(kName, ' ', std::bit_cast<uint64_t>(number)); }

  static void entry(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    with_float(kName, in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T number = static_cast<T>(static_cast<const Affine&>(op).number);
      const T* x = entries<T>(*in[0]).data();
      const auto y = entries_like<T>(*in[0], *out[0]);
      parallel_for(y.size(), kGrain, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) y[i] = kScale ? number * x[i] : x[i] + number;
      });
    });
  }

  std::string_view cost(const Rule& rule) const override { return stored_values(rule.in[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules scales{{
        {{dense}, {dense}, entry},
        {{csr}, {csr}, entry},
        {{row_sparse}, {row_sparse}, entry},
    }};
    static const Rules shifts{{{{dense}, {dense}, entry}}};
    return kScale ? scales : shifts;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(is_float(in[0].dtype), kName, ": x must have a float dtype. Received: x=", in[0], ".");
    LACUNA_REQUIRE(
        kScale || in[0].storage == Storage::dense, kName,
        ": x + s of a sparse x is dense: write to_dense(x) + s, or scatter_plus_scalar(x, s) for its stored "
        "values alone. Received: x=",
        in[0], ", s=", number, ".");
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node&, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    return {kScale ? scale(dy[0], number) : dy[0]};
  }
};

template <bool kScale>
std::vector<Example> examples() {
  const auto op = std::make_shared<Affine<kScale>>(-1.75);
  return {{op, {{{None, 4}}}}, {op, {{{}}}}, {op, {{{None, 3, 2}}}}};
}
const bool scale_registered = register_op("scale", examples<true>) && register_op("shift", examples<false>);

}  // namespace

Symbol scale(const Symbol& x, double factor) {
  if (factor == 1) return x;
  if (factor != std::trunc(factor)) return apply(std::make_shared<Affine<true>>(factor), {x});
  return as_whole(x, [&](const Symbol& f) { return apply(std::make_shared<Affine<true>>(factor), {f}); });
}
Symbol shift(const Symbol& x, double offset) {
  if (offset == 0) return x;
  if (offset != std::trunc(offset)) return apply(std::make_shared<Affine<false>>(offset), {x});
  return as_whole(x, [&](const Symbol& f) { return apply(std::make_shared<Affine<false>>(offset), {f}); });
}

}  // namespace lacuna
