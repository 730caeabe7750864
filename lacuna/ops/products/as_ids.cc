// as_ids: integers pass through, floats are an error in a run.
#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/alias.h"
#include "lacuna/ops/products/take.h"

namespace lacuna {
namespace {

void dense(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  LACUNA_REQUIRE(!is_float(in[0]->dtype()),
                 "as_ids: ids must be int32 or int64, since a float does not carry every id. Received: ids=",
                 in[0]->dtype(), ".");
  alias(in[0]->dense(), out[0]->dense());
}

struct AsIds final : Flat<> {
  std::string_view name() const override { return "as_ids"; }

  std::string_view cost(const Rule&) const override { return kShared; }
  const Rules& rules() const override {
    static const Rules rules{{{{Storage::dense}, {Storage::dense}, dense}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in[0].storage == Storage::dense,
                   "as_ids: ids must be a dense array; a csr x, whose columns are the ids, is for an "
                   "Input(sparse=True) that goes into Embedding(combiner=...). Received: ids=",
                   in[0], ".");
    return {{in[0].shape, is_float(in[0].dtype) ? DType::int64 : in[0].dtype, rule_for(*this, in).out[0]}};
  }
};

const bool as_ids_registered = register_op("as_ids", [] {
  return std::vector<Example>{{std::make_shared<AsIds>(), {{{None, 3}, DType::int32, Values::ids, 9}}}};
});

}  // namespace

Symbol as_ids(const Symbol& x) {
  static const auto op = std::make_shared<AsIds>();
  return apply(op, {x});
}

bool is_as_ids(const Node& node) { return dynamic_cast<const AsIds*>(&node.op()) != nullptr; }

}  // namespace lacuna
