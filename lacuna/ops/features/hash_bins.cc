// hash_bins, cross_bins: ids made of values by their hashes alone.
#include "lacuna/ops/features/hash_bins.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/features/values.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

struct HashBins final : Flat<> {
  explicit HashBins(features::Hashing h) : how(std::move(h)) {}
  const features::Hashing how;

  std::string_view name() const override { return "hash_bins"; }
  bool takes_strings() const override { return true; }
  std::string key() const override {
    std::string result = text(name(), ' ', how.num_bins);
    if (how.salt) result += text(" salt ", (*how.salt)[0], ' ', (*how.salt)[1]);
    if (how.mask_number) result += text(" mask ", *how.mask_number);
    if (how.mask_word) result += text(" mask word ", *how.mask_word);
    return result;
  }

  static void run(const Op& op, Context& context, In in, Out out) {
    const tensor::Dense& x = in[0]->dense();
    tensor::Dense& y = out[0]->dense();
    y.resize(x.shape, DType::int64);
    with_column(x, context.scratch, 0, [&](auto values) {
      features::hash_bins(values, static_cast<const HashBins&>(op).how, y.values<int64_t>());
    });
  }

  std::string_view cost(const Rule&) const override { return "elements + bytes of strings"; }
  const Rules& rules() const override {
    static const Rules all{{{{Storage::dense}, {Storage::dense}, run}}};
    return all;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    require_column(name(), "x", in[0]);
    return {{in[0].shape, DType::int64, rule_for(*this, in).out[0]}};
  }
};

struct CrossBins final : Flat<> {
  explicit CrossBins(int64_t n) : num_bins(n) {}
  const int64_t num_bins;

  std::string_view name() const override { return "cross_bins"; }
  bool takes_strings() const override { return true; }
  std::string key() const override { return text(name(), ' ', num_bins); }

  static void run(const Op& op, Context& context, In in, Out out) {
    const auto columns = context.scratch.get<features::Column>(in.size(), in.size());
    for (size_t i = 0; i < in.size(); ++i)
      with_column(in[i]->dense(), context.scratch, i,
                  [&](auto values) { std::construct_at(&columns[i], values); });
    tensor::Dense& y = out[0]->dense();
    y.resize(in[0]->dense().shape, DType::int64);
    features::cross_bins(columns, static_cast<const CrossBins&>(op).num_bins, y.values<int64_t>());
  }

  std::string_view cost(const Rule&) const override { return "elements of all columns + bytes of strings"; }
  const Rules& rules() const override {
    static const Rules all{{{{Storage::dense, Storage::dense}, {Storage::dense}, run}}, true};
    return all;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in.size() >= 2, name(),
                   ": two columns or more must be given. Received: columns=", in.size(), ".");
    for (const Spec& column : in) {
      require_column(name(), "a column", column);
      LACUNA_REQUIRE(column.shape == in[0].shape, name(), ": columns must have one shape. Received: ", in[0],
                     " and ", column, ".");
    }
    return {{in[0].shape, DType::int64, rule_for(*this, in).out[0]}};
  }
};

const Example::Input kWords{{None, 3}, DType::string, Values::ids, 9},
    kNumbers{{None, 3}, DType::int64, Values::ids, 9};

const bool hash_registered = register_op("hash_bins", [] {
  std::vector<Example> examples;
  for (const auto& in : {kWords, kNumbers}) {
    examples.push_back({std::make_shared<HashBins>(features::Hashing{.num_bins = 5}), {in}});
    examples.push_back({std::make_shared<HashBins>(features::Hashing{
                            .num_bins = 7, .mask_word = "", .mask_number = 3, .salt = {{1, 2}}}),
                        {in}});
  }
  return examples;
});
const bool cross_registered = register_op("cross_bins", [] {
  return std::vector<Example>{{std::make_shared<CrossBins>(5), {kWords, kNumbers}},
                              {std::make_shared<CrossBins>(11), {kNumbers, kWords, kWords}}};
});

}  // namespace

Symbol hash_bins(const Symbol& x, const features::Hashing& how) {
  how.validate("hash_bins");
  return apply(std::make_shared<HashBins>(how), {x});
}

Symbol cross_bins(const std::vector<Symbol>& columns, int64_t num_bins) {
  features::Hashing{.num_bins = num_bins}.validate("cross_bins");
  return lacuna::apply(std::make_shared<CrossBins>(num_bins), columns);
}

}  // namespace lacuna
