// times_normal: y = n x with noise n, in training; else 0.
//
//   dx = n dy: linear, with the same noise
#include "lacuna/ops/random/times_normal.h"

#include <cmath>
#include <numbers>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/at_entries.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/parts/fixed_phase.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/random/step_random.h"

namespace lacuna {
namespace {

// The Box-Muller transform of two uniform numbers.
double normal(uint64_t row, uint64_t place) {
  const double u = static_cast<double>((StepRandom::at(row, 2 * place) >> 11) + 1) * 0x1p-53,
               v = static_cast<double>(StepRandom::at(row, 2 * place + 1) >> 11) * 0x1p-53;
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

struct TimesNormal final : RandomOp {
  explicit TimesNormal(uint64_t k) : key_of_noise(k) {}
  std::string_view name() const override { return "times_normal"; }
  std::string key() const override { return text("times_normal ", key_of_noise, always ? " always" : ""); }
  static bool acts(const Op& op, const Context& context) {
    return context.training || static_cast<const TimesNormal&>(op).always;
  }

  std::string_view cost(const Rule& rule) const override { return rows_and_stored(rule.in[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense}, {dense}, run_dense}, {{csr}, {csr}, run_csr}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(is_float(in[0].dtype), "times_normal: x must have a float dtype. Received: x=", in[0],
                   ".");
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    const Symbol& x = node.in(0);
    const bool same = dy[0].storage() == x.storage();
    return {apply(node.shared_op(), {same ? dy[0] : at_entries(dy[0], x)})};
  }

  static void run_dense(const Op& op, Context& context, std::span<const Tensor* const> in,
                        std::span<Tensor* const> out) {
    const tensor::Dense& x = in[0]->dense();
    const size_t rows = x.shape.empty() ? 1 : static_cast<size_t>(x.shape[0]),
                 width = rows ? x.size() / rows : 0;
    const StepRandom random(static_cast<const TimesNormal&>(op).key_of_noise, context);
    with_float("times_normal", x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto from = entries<T>(*in[0]);
      const auto to = entries_like<T>(*in[0], *out[0]);
      if (!acts(op, context)) return std::fill(to.begin(), to.end(), T(0));
      parallel_for(rows, std::max<size_t>(1, 1024 / (width + 1)), [&](size_t begin, size_t end) {
        for (size_t r = begin; r < end; ++r)
          for (size_t j = 0; j < width; ++j)
            to[r * width + j] = from[r * width + j] * static_cast<T>(normal(random.row(r), j));
      });
    });
  }

  static void run_csr(const Op& op, Context& context, std::span<const Tensor* const> in,
                      std::span<Tensor* const> out) {
    const tensor::Csr& x = in[0]->csr();
    const StepRandom random(static_cast<const TimesNormal&>(op).key_of_noise, context);
    with_float("times_normal", x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto from = entries<T>(*in[0]);
      const auto to = entries_like<T>(*in[0], *out[0]);
      if (!acts(op, context)) return std::fill(to.begin(), to.end(), T(0));
      with_index(x, [&](auto indices, auto indptr) {
        parallel_for(static_cast<size_t>(x.rows), 16, [&](size_t begin, size_t end) {
          for (size_t r = begin; r < end; ++r)
            for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k)
              to[k] = from[k] * static_cast<T>(normal(random.row(r), static_cast<uint64_t>(indices[k])));
        });
      });
    });
  }

  uint64_t key_of_noise;
  bool always = FixedPhase::trains();
};

const bool times_normal_registered = register_op("times_normal", [] {
  const auto op = std::make_shared<TimesNormal>(7);
  return std::vector<Example>{{op, {{{None, 8}}}}, {op, {{{None, 3, 4}}}}};
});

}  // namespace

Symbol times_normal(const Symbol& x, uint64_t key) { return apply(std::make_shared<TimesNormal>(key), {x}); }

}  // namespace lacuna
