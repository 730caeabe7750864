// What the ops of all functions of one number share.
#include "lacuna/ops/elementwise/unary_op.h"

#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/parts/gradient_at.h"

namespace lacuna::unary {

void fill_tables(size_t inputs, Kernel kernel, Rules (&tables)[3]) {
  for (size_t t = 0; t < 3; ++t)
    for (const Storage storage : {Storage::dense, Storage::csr, Storage::row_sparse})
      if (storage == Storage::dense ? t < 2 : t > 0)
        tables[t].rows.push_back({std::vector(inputs, storage), {storage}, kernel});
}

void require_same_entries(const Op& op, In in) {
  LACUNA_REQUIRE(same_entries(*in[0], *in[1]) && same_entries(*in[0], *in[2]), op.name(),
                 ": x, y and dy must have their entries at the same places. Received: x=", in[0]->spec(),
                 ", y=", in[1]->spec(), ", dy=", in[2]->spec(), ".");
}

std::vector<Spec> Gradient::infer(std::span<const Spec> in) const {
  const Spec &x = in[0], &y = in[1], &dy = in[2];
  LACUNA_REQUIRE(is_float(x.dtype) && x.dtype == y.dtype && x.dtype == dy.dtype &&
                     broadcasts_to(y.shape, x.shape) && x.shape.size() == y.shape.size() &&
                     broadcasts_to(dy.shape, x.shape) && x.shape.size() == dy.shape.size(),
                 name(), ": x, y and dy must have one shape and float dtype. Received: x=", x, ", y=", y,
                 ", dy=", dy, ".");
  return {{x.shape, x.dtype, rule_for(*this, in).out[0]}};
}

std::vector<Symbol> Gradient::gradient(const Node& node, std::span<const Symbol> d,
                                       const std::vector<bool>& wanted) const {
  if ((wanted[0] || wanted[1]) && std::isnan(function.bend)) return Op::gradient(node, d, wanted);
  const Symbol &x = node.in(0), &y = node.in(1), &dy = node.in(2), g = gradient_into(node, d[0]);
  return {wanted[0] && function.bend != 0 ? scale(multiply(g, dy), function.bend) : Symbol{},
          {},
          wanted[2] ? apply(std::make_shared<Gradient>(function, parameters), {x, y, g}) : Symbol{}};
}

std::vector<Spec> Forward::infer(std::span<const Spec> in) const {
  LACUNA_REQUIRE(is_float(in[0].dtype), name(), ": x must have a float dtype. Received: x=", in[0], ".");
  return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
}

std::vector<Symbol> Forward::gradient(const Node& node, std::span<const Symbol> dy,
                                      const std::vector<bool>&) const {
  if (!function.slope) return {{}};
  const Symbol &x = node.in(0), y = apply(node.shared_op(), {x});
  return {apply(std::make_shared<Gradient>(function, parameters), {x, y, dy[0]})};
}

}  // namespace lacuna::unary
