// digitize: y = #{j: bins[j] ≤ x}.
#include "lacuna/ops/labels/digitize.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/entries.h"

namespace lacuna {
namespace {

using Learned = std::shared_ptr<const features::Learned<std::vector<double>>>;

struct Digitize final : Flat<> {
  explicit Digitize(std::vector<double> b, Learned l = nullptr) : bins(std::move(b)), learned(std::move(l)) {}
  const std::vector<double> bins;
  const Learned learned;  // In place of bins, if not null.

  std::string_view name() const override { return "digitize"; }
  std::string key() const override {
    std::string result(name());
    if (learned) result += text(" learned ", learned.get());
    for (const double b : bins) result += text(' ', std::bit_cast<uint64_t>(b));
    return result;
  }

  static void run(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const auto& self = static_cast<const Digitize&>(op);
    const auto held = self.learned ? self.learned->get() : nullptr;
    LACUNA_REQUIRE(
        !self.learned || held,
        "Discretization: there must be boundaries: call adapt, or give bin_boundaries. Received: none.");
    const auto& bins = held ? *held : self.bins;
    with_float("digitize", in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* x = entries<T>(*in[0]).data();
      const auto y = entries_like<int32_t>(*in[0], *out[0]);
      parallel_for(y.size(), kGrain, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          const auto above = std::upper_bound(bins.begin(), bins.end(), static_cast<double>(x[i]));
          y[i] = static_cast<int32_t>(std::isnan(x[i]) ? bins.size() : above - bins.begin());
        }
      });
    });
  }

  std::string_view cost(const Rule& rule) const override {
    return rule.in[0] == Storage::dense ? "elements × log(bins)"
           : rule.in[0] == Storage::csr ? "non-zeros × log(bins)"
                                        : "stored rows × units × log(bins)";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules to_dense{{{{dense}, {dense}, run}}};
    static const Rules all{{{{dense}, {dense}, run}, {{csr}, {csr}, run}, {{row_sparse}, {row_sparse}, run}}};
    return learned || (!bins.empty() && bins[0] <= 0) ? to_dense : all;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(is_float(in[0].dtype), name(), ": x must have a float dtype. Received: x=", in[0], ".");
    return {{in[0].shape, DType::int32, rule_for(*this, in).out[0]}};
  }
};

const bool digitize_registered = register_op("digitize", [] {
  std::vector<Example> examples;
  for (const std::vector<double>& bins : {std::vector<double>{-0.5, 0, 0.6}, {0.4, 0.5, 0.9}, {}})
    examples.push_back({std::make_shared<Digitize>(bins), {{{None, 5}}}});
  const auto learned = std::make_shared<features::Learned<std::vector<double>>>();
  learned->set({0.4, 0.5});
  examples.push_back({std::make_shared<Digitize>(std::vector<double>(), learned), {{{None, 5}}}});
  return examples;
});

}  // namespace

Symbol digitize(const Symbol& x, const std::vector<double>& bins) {
  LACUNA_REQUIRE(std::is_sorted(bins.begin(), bins.end()) &&
                     std::ranges::none_of(bins, [](double b) { return std::isnan(b); }),
                 "digitize: bins must ascend. Received: bins[0]=", bins.empty() ? 0 : bins[0],
                 ", len(bins)=", bins.size(), ".");
  return apply(std::make_shared<Digitize>(bins), {x});
}

Symbol digitize_by(const Symbol& x, const Learned& bins) {
  return apply(std::make_shared<Digitize>(std::vector<double>(), bins), {x});
}

}  // namespace lacuna
