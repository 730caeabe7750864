// densify: makes a sparse operand dense for an op that cannot take it, where strict_sparse is off, and warns.
//
//   dx = dy at the entries of x
#include "lacuna/base/error.h"
#include "lacuna/base/message.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/graph/strict.h"
#include "lacuna/ops/parts/at_entries.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna {
namespace {

struct Densify final : Op {
  explicit Densify(std::string_view f) : of(f) {}
  const std::string of;  // The op that takes the result.

  std::string_view name() const override { return "densify"; }
  std::string key() const override { return text("densify ", of); }

  std::string_view cost(const Rule&) const override { return "elements"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{csr}, {dense}, run}, {{row_sparse}, {dense}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    return {at_entries(dy[0], node.in(0))};
  }

  static void run(const Op& op, Context& context, std::span<const Tensor* const> in,
                  std::span<Tensor* const> out) {
    tensor::Dense& y = out[0]->dense();
    to_dense(*in[0], y);
    uint8_t& said = context.scratch.zeros<uint8_t>(0, 1)[0];
    if (said) return;
    said = 1;
    warn(text(static_cast<const Densify&>(op).of, ": has no kernel for a ", in[0]->storage(),
              " operand, which is made dense since strict_sparse is off. Received: ", in[0]->spec(),
              ", bytes=", y.data.bytes(), "."));
  }
};

Symbol densify(const Symbol& x, std::string_view of) { return apply(std::make_shared<Densify>(of), {x}); }

const bool densify_registered = [] {
  register_densify(densify);
  return register_op("densify", [] {
    return std::vector<Example>{{std::make_shared<Densify>("an example"), {{{None, 5}}}}};
  });
}();

}  // namespace
}  // namespace lacuna
