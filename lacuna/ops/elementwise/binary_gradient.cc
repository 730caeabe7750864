// binary_gradient: dA = g(A, B, dC), entry by entry for tensors with the same pattern.
#include "lacuna/ops/elementwise/binary_gradient.h"

#include <cmath>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/parts/entries.h"

namespace lacuna {
namespace {

constexpr const char* kNames[] = {"larger", "smaller", "largest", "least", "hypot"};

// Calls f(g) with g(a, b, dc) of the kind: a function of its own for each kind, so that loops have no
// branches.
template <class T, class F>
void with_kind(BinaryGradient kind, F&& f) {
  switch (kind) {
    case BinaryGradient::larger:
      return f([](T a, T b, T dc) { return a > b ? dc : T(0); });
    case BinaryGradient::smaller:
      return f([](T a, T b, T dc) { return a < b ? dc : T(0); });
    case BinaryGradient::largest:
      return f([](T a, T b, T dc) { return a >= b ? dc : T(0); });
    case BinaryGradient::least:
      return f([](T a, T b, T dc) { return a <= b ? dc : T(0); });
    case BinaryGradient::hypot:
      return f([](T a, T b, T dc) { return a == 0 ? T(0) : dc * (a / std::hypot(a, b)); });
  }
}

struct OfEntries final : Op {
  explicit OfEntries(BinaryGradient k) : kind(k) {}
  const BinaryGradient kind;

  std::string_view name() const override { return "binary_gradient"; }
  std::string key() const override { return text(name(), ' ', kNames[static_cast<size_t>(kind)]); }

  static void run(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    LACUNA_REQUIRE(same_entries(*in[0], *in[1]) && same_entries(*in[0], *in[2]), op.name(),
                   ": a, b and dc must have their entries at the same places. Received: a=", in[0]->spec(),
                   ", b=", in[1]->spec(), ", dc=", in[2]->spec(), ".");
    with_float("binary_gradient", in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T *a = entries<T>(*in[0]).data(), *b = entries<T>(*in[1]).data(), *dc = entries<T>(*in[2]).data();
      const auto da = entries_like<T>(*in[0], *out[0]);
      with_kind<T>(static_cast<const OfEntries&>(op).kind, [&](auto g) {
        parallel_for(da.size(), kGrain, [&](size_t begin, size_t end) {
          for (size_t i = begin; i < end; ++i) da[i] = g(a[i], b[i], dc[i]);
        });
      });
    });
  }

  std::string_view cost(const Rule& rule) const override { return stored_values(rule.in[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{csr, csr, csr}, {csr}, run},
        {{row_sparse, row_sparse, row_sparse}, {row_sparse}, run},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in[0].dtype == in[1].dtype && in[0].dtype == in[2].dtype && is_float(in[0].dtype), name(),
                   ": a, b and dc must have one float dtype. Received: a=", in[0], ", b=", in[1],
                   ", dc=", in[2], ".");
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }
};

const bool binary_gradient_registered = register_op("binary_gradient", [] {
  std::vector<Example> examples;
  for (size_t k = 0; k < std::size(kNames); ++k)
    examples.push_back({std::make_shared<OfEntries>(static_cast<BinaryGradient>(k)),
                        {{{None, 6}}, {{None, 6}}, {{None, 6}}}});
  return examples;
});

}  // namespace

Symbol binary_gradient(BinaryGradient kind, const Symbol& a, const Symbol& b, const Symbol& dc) {
  return apply(std::make_shared<OfEntries>(kind), {a, broadcast_at(b, a), broadcast_at(dc, a)});
}

}  // namespace lacuna
