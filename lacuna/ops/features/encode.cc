// encode: k ids a row become one row of num_tokens columns.
#include "lacuna/ops/features/encode.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/features/values.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna {
namespace {

using features::Encoding;
using Mode = Encoding::Mode;

// Weights as float64; the scratch's place holds those of float32.
std::span<const double> as_doubles(const tensor::Dense& weights, Scratch& scratch, size_t place) {
  if (weights.dtype == DType::float64) return weights.values<double>();
  const auto from = weights.values<float>();
  const auto to = scratch.get<double>(place, from.size());
  std::copy(from.begin(), from.end(), to.begin());
  return to;
}

// What a node keeps from run to run.
struct KeptByEncode {
  features::Workspace workspace{};
  tensor::Csr csr{};
};

struct EncodeOp final : Flat<> {
  EncodeOp(std::string w, Encode h) : where(std::move(w)), how(std::move(h)) {}
  const std::string where;
  const Encode how;

  std::string_view name() const override { return "encode"; }
  bool makes_features() const override { return true; }
  std::string key() const override {
    return text(name(), ' ', where, ' ', how.num_tokens, ' ', static_cast<int>(how.mode), how.sparse,
                how.ignores_minus_one, ' ', how.dtype, ' ', how.idf.get());
  }

  void check(std::span<const int64_t> ids, size_t k) const {
    const int64_t least = how.ignores_minus_one ? -1 : 0;
    const auto bad =
        std::ranges::find_if(ids, [&](int64_t id) { return id < least || id >= how.num_tokens; });
    if (bad == ids.end()) return;
    throw OutOfRange(where, ": ids must be in [0, num_tokens). Received: ", *bad, " in row ",
                     static_cast<size_t>(bad - ids.begin()) / k, ", num_tokens=", how.num_tokens, ".");
  }

  static void run(const Op& op, Context& context, std::span<const Tensor* const> in,
                  std::span<Tensor* const> out) {
    const auto& self = static_cast<const EncodeOp&>(op);
    const tensor::Dense& x = in[0]->dense();
    const auto k = static_cast<size_t>(x.shape.back());
    const auto ids = whole_numbers(x, context.scratch, 0);
    self.check(ids, k);
    const auto idf = self.how.idf ? self.how.idf->get() : nullptr;
    const Encoding encoding{.num_tokens = self.how.num_tokens,
                            .mode = self.how.mode,
                            .idf = idf ? std::span<const double>(*idf) : std::span<const double>(),
                            .skip_others = true,
                            .dtype = self.how.dtype};
    std::span<const double> weights;
    if (in.size() > 1) weights = as_doubles(in[1]->dense(), context.scratch, 1);
    auto& kept = context.scratch.state<KeptByEncode>();
    tensor::Csr& csr = self.how.sparse ? out[0]->csr() : kept.csr;
    if (k) features::encode(self.where.c_str(), ids, k, encoding, csr, weights, &kept.workspace);
    else self.empty_rows(csr, x.shape);
    if (self.how.sparse) return;
    tensor::Dense& y = out[0]->dense();
    csr_to_dense(csr, y);
    y.shape.assign(x.shape.begin(), x.shape.end() - 1);
    y.shape.push_back(self.how.num_tokens);
  }

  // Of no ids.
  void empty_rows(tensor::Csr& to, const Shape& shape) const {
    Dim rows = 1;
    for (size_t d = 0; d + 1 < shape.size(); ++d) rows *= shape[d];
    const DType index = how.num_tokens < Dim{1} << 31 ? DType::int32 : DType::int64;
    to.resize(rows, how.num_tokens, 0, how.dtype, index);
    std::ranges::fill(std::span(to.indptr.data(), to.indptr.bytes()), std::byte{0});
  }

  std::string_view cost(const Rule& rule) const override {
    return rule.out[0] == Storage::csr ? "ids × log(ids of a row)"
                                       : "ids × log(ids of a row) + elements of the result";
  }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules to_csr{{{{dense}, {csr}, run}, {{dense, dense}, {csr}, run}}},
        to_dense{{{{dense}, {dense}, run}, {{dense, dense}, {dense}, run}}};
    return how.sparse ? to_csr : to_dense;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec& x = in[0];
    LACUNA_REQUIRE((x.dtype == DType::int32 || x.dtype == DType::int64) && !x.shape.empty(), where,
                   ": ids must be int32 or int64, of rank 1 or more. Received: ids=", x, ".");
    if (in.size() > 1)
      LACUNA_REQUIRE(in[1].shape == x.shape && is_float(in[1].dtype), where,
                     ": weights must be floats, of the shape of the ids. Received: ids=", x,
                     ", weights=", in[1], ".");
    const Storage storage = rule_for(*this, in).out[0];
    LACUNA_REQUIRE(!how.sparse || x.shape.size() == 2, where,
                   ": a csr result needs ids of rank 2, (batch, k); for others write sparse=False. Received: "
                   "ids=",
                   x, ".");
    Shape shape(x.shape.begin(), x.shape.end() - 1);
    shape.push_back(how.num_tokens);
    return {{shape, how.dtype, storage}};
  }
};

const bool encode_registered = register_op("encode", [] {
  const Example::Input ids{{None, 3}, DType::int64, Values::ids, 9},
      three{{None, 2, 3}, DType::int32, Values::ids, 9}, weights{{None, 3}};
  const auto idf = std::make_shared<features::Learned<std::vector<double>>>();
  idf->set({1, 0.5, 2, 3, 0.25, 1, 1, 2, 4});
  const auto made = [](Encode how) { return std::make_shared<EncodeOp>("encode", std::move(how)); };
  std::vector<Example> examples;
  for (const bool sparse : {true, false}) {
    examples.push_back({made({.num_tokens = 9, .sparse = sparse}), {ids}});
    examples.push_back({made({.num_tokens = 9, .mode = Mode::count, .sparse = sparse}), {ids, weights}});
    examples.push_back(
        {made({.num_tokens = 9, .mode = Mode::tf_idf, .sparse = sparse, .dtype = DType::float64, .idf = idf}),
         {ids}});
  }
  examples.push_back({made({.num_tokens = Dim{1} << 33, .mode = Mode::count}), {ids}});
  examples.push_back({made({.num_tokens = 9, .sparse = false}), {three}});
  return examples;
});

}  // namespace

Symbol encode(const std::string& where, const Symbol& ids, const Encode& how, const Symbol& weights) {
  LACUNA_REQUIRE(how.num_tokens > 0, where, ": there must be columns. Received: num_tokens=", how.num_tokens,
                 ".");
  std::vector<Symbol> in{ids};
  if (weights) in.push_back(weights);
  return lacuna::apply(std::make_shared<EncodeOp>(where, how), std::move(in));
}

}  // namespace lacuna
