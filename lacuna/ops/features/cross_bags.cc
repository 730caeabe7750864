// cross_bags: the values of each row are multiplied out, hashed, and encoded as a row.
#include "lacuna/ops/features/cross_bags.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/features/encoding.h"
#include "lacuna/features/hashing.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/features/values.h"

namespace lacuna {
namespace {

// What a node keeps from run to run: of each column its values, where rows begin, weights.
struct KeptByBags {
  struct Column {
    std::vector<int64_t> values{}, indptr{};
    std::vector<double> weights{};
  };
  std::vector<Column> columns{};
  std::vector<features::Bags> bags{};
  features::CrossedBags crossed{};
  features::Workspace workspace{};
};

features::Bags bags_of(const tensor::Dense& x, KeptByBags::Column& kept) {
  features::Bags bags{.a_row = static_cast<size_t>(x.shape.back())};
  if (x.dtype == DType::string) {
    bags.values = x.values<std::string_view>();
  } else if (x.dtype == DType::int64) {
    bags.values = x.values<int64_t>();
  } else {
    const auto from = x.values<int32_t>();
    kept.values.assign(from.begin(), from.end());
    bags.values = std::span<const int64_t>(kept.values);
  }
  return bags;
}

features::Bags bags_of(const tensor::Csr& x, KeptByBags::Column& kept) {
  with_index(x, [&](auto indices, auto indptr) {
    const auto first = indptr.front(), last = indptr.back();
    const auto begin = static_cast<size_t>(first), count = static_cast<size_t>(last - first);
    const auto of_rows = indices.subspan(begin, count);
    kept.values.assign(of_rows.begin(), of_rows.end());
    kept.indptr.resize(indptr.size());
    std::ranges::transform(indptr, kept.indptr.begin(), [&](auto end) { return int64_t{end} - first; });
    with_dtype(x.dtype, [&](auto tag) {
      const auto values = x.values<typename decltype(tag)::type>().subspan(begin, count);
      kept.weights.resize(count);
      std::ranges::transform(values, kept.weights.begin(),
                             [](auto value) { return static_cast<double>(value); });
    });
  });
  return {.values = std::span<const int64_t>(kept.values), .indptr = kept.indptr, .weights = kept.weights};
}

Dim rows_of(const Tensor& column) {
  return column.storage() == Storage::csr ? column.csr().rows : column.dense().shape[0];
}

struct CrossBagsOp final : Flat<> {
  CrossBagsOp(std::string w, CrossBags h) : where(std::move(w)), how(h) {}
  const std::string where;
  const CrossBags how;

  std::string_view name() const override { return "cross_bags"; }
  bool takes_strings() const override { return true; }
  std::string key() const override {
    return text(name(), ' ', where, ' ', how.num_bins, ' ', how.counts, ' ', how.dtype);
  }

  static void run(const Op& op, Context& context, std::span<const Tensor* const> in,
                  std::span<Tensor* const> out) {
    const auto& self = static_cast<const CrossBagsOp&>(op);
    auto& kept = context.scratch.state<KeptByBags>();
    const Dim rows = rows_of(*in[0]);
    kept.columns.resize(in.size());
    kept.bags.clear();
    for (size_t i = 0; i < in.size(); ++i) {
      LACUNA_REQUIRE(rows_of(*in[i]) == rows, self.where,
                     ": columns must have the same rows. Received: ", in[0]->spec(), " and ", in[i]->spec(),
                     ".");
      kept.bags.push_back(in[i]->storage() == Storage::csr ? bags_of(in[i]->csr(), kept.columns[i])
                                                           : bags_of(in[i]->dense(), kept.columns[i]));
    }
    features::cross_bags(self.where.c_str(), kept.bags, static_cast<size_t>(rows), self.how.num_bins,
                         kept.crossed);
    const features::Encoding encoding{
        .num_tokens = self.how.num_bins,
        .mode = self.how.counts ? features::Encoding::Mode::count : features::Encoding::Mode::multi_hot,
        .dtype = self.how.dtype};
    const auto weights =
        self.how.counts ? std::span<const double>(kept.crossed.weights) : std::span<const double>();
    features::encode(self.where.c_str(), kept.crossed.bins, kept.crossed.indptr, encoding, out[0]->csr(),
                     weights, &kept.workspace);
  }

  std::string_view cost(const Rule&) const override {
    return "combinations × log(combinations of a row) + bytes of strings";
  }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules all{{{{dense}, {csr}, run, {csr}}, {{csr}, {csr}, run, {dense}}}, true};
    return all;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in.size() >= 2, where,
                   ": two columns or more must be given. Received: columns=", in.size(), ".");
    for (const Spec& column : in) {
      LACUNA_REQUIRE(column.storage == Storage::dense || is_float(column.dtype), where,
                     ": the values of a csr column must be floats. Received: ", column, ".");
      if (column.storage == Storage::csr) continue;
      require_column(where, "a column", column);
      LACUNA_REQUIRE(column.shape.size() == 2 && column.shape[1] != None, where,
                     ": a dense column must be (batch, k), where k is known. Received: ", column, ".");
    }
    return {{{in[0].shape[0], how.num_bins}, how.dtype, rule_for(*this, in).out[0]}};
  }
};

const bool cross_bags_registered = register_op("cross_bags", [] {
  const Example::Input words{{None, 3}, DType::string, Values::ids, 9},
      one{{None, 1}, DType::int64, Values::ids, 9}, several{{None, 2}, DType::int32, Values::ids, 9},
      csr{{None, 7}};
  const auto made = [](const CrossBags& how) { return std::make_shared<CrossBagsOp>("cross_bags", how); };
  return std::vector<Example>{{made({.num_bins = 11}), {words, one}},
                              {made({.num_bins = 11, .counts = true}), {csr, several}},
                              {made({.num_bins = 1000, .counts = true}), {one, csr, words}},
                              {made({.num_bins = 1000}), {csr, csr, csr}},
                              {made({.num_bins = 9}), {csr, csr}}};
});

}  // namespace

Symbol cross_bags(const std::string& where, const std::vector<Symbol>& columns, const CrossBags& how) {
  features::Hashing{.num_bins = how.num_bins}.validate(where.c_str());
  return lacuna::apply(std::make_shared<CrossBagsOp>(where, how), columns);
}

}  // namespace lacuna
