// What the ops of all functions of one number have in common.
#include "lacuna/ops/elementwise/unary_op.h"

#include <cmath>

#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/parts/gradient_at.h"

namespace lacuna::unary {

namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// The tables of a kernel on `inputs` tensors with entries at the same places: see Unary::of.
struct Tables {
  Rules rules[3];
  Tables(size_t inputs, Kernel kernel) {
    for (size_t t = 0; t < 3; ++t)
      for (const Storage storage : {Storage::dense, Storage::csr, Storage::row_sparse})
        if (storage == Storage::dense ? t < 2 : t > 0)
          rules[t].rows.push_back({std::vector(inputs, storage), {storage}, kernel});
  }
};

void run_forward(const Op& op, Context&, In in, Out out) {
  const auto& self = static_cast<const Unary&>(op);
  with_float(self.function.name, in[0]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* x = entries<T>(*in[0]).data();
    const auto y = entries_like<T>(*in[0], *out[0]);
    parallel_for(y.size(), kGrain, [&, to = y.data()](size_t begin, size_t end) {
      self.function.loops<T>().forward(x + begin, to + begin, end - begin, self.parameters);
    });
  });
}

void run_gradient(const Op& op, Context&, In in, Out out) {
  LACUNA_REQUIRE(same_entries(*in[0], *in[1]) && same_entries(*in[0], *in[2]), op.name(),
                 ": x, y and dy must have their entries at the same places. Received: x=", in[0]->spec(),
                 ", y=", in[1]->spec(), ", dy=", in[2]->spec(), ".");
  const auto& self = static_cast<const Unary&>(op);
  with_float(self.function.name, in[0]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *x = entries<T>(*in[0]).data(), *y = entries<T>(*in[1]).data(), *dy = entries<T>(*in[2]).data();
    const auto dx = entries_like<T>(*in[0], *out[0]);
    parallel_for(dx.size(), kGrain, [&, to = dx.data()](size_t begin, size_t end) {
      self.function.loops<T>().gradient(x + begin, y + begin, dy + begin, to + begin, end - begin,
                                        self.parameters);
    });
  });
}

template <class OpOf>
std::vector<Example> examples(const Function& f, const std::vector<Parameters>& tried, Values domain,
                              size_t inputs) {
  std::vector<Example> result;
  for (const Parameters& p : tried)
    for (const Shape& shape : {Shape{None, 6}, Shape{}, Shape{None, 3, 2}})
      result.push_back({std::make_shared<OpOf>(f, p),
                        std::vector<Example::Input>(inputs, {shape, DType::float32, domain})});
  return result;
}

}  // namespace

std::vector<Example> forward_examples(const Function& f, const std::vector<Parameters>& tried,
                                      Values domain) {
  return examples<Forward>(f, tried, domain, 1);
}

std::vector<Example> gradient_examples(const Function& f, const std::vector<Parameters>& tried,
                                       Values domain) {
  return examples<Gradient>(f, tried, domain, 3);
}

const Rules& Gradient::rules() const {
  static const Tables tables(3, run_gradient);
  return of(tables.rules);
}

const Rules& Forward::rules() const {
  static const Tables tables(1, run_forward);
  return of(tables.rules);
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
