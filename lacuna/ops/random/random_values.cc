// random_values: a tensor of a given shape whose values are drawn in each step. No gradient.
#include "lacuna/ops/random/random_values.h"

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/random/step_random.h"

namespace lacuna {
namespace {

struct RandomValues final : RandomOp {
  RandomValues(Shape k, const Draw& d, DType t) : known(std::move(k)), draw(d), dtype(t) {}
  std::string_view name() const override { return "random_values"; }
  std::string key() const override {
    return text("random_values ", to_string(known), ' ', static_cast<int>(draw.kind), ' ', draw.a, ' ',
                draw.b, ' ', draw.key, ' ', dtype);
  }

  std::string_view cost(const Rule&) const override { return "elements of the result"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense}, {dense}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(
        !is_float(in[0].dtype) && in[0].shape.size() == 1 && in[0].shape[0] == static_cast<Dim>(known.size()),
        "random_values: sizes must be integers, one for each axis. Received: sizes=", in[0],
        ", shape=", to_string(known), ".");
    return {{known, dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node&, std::span<const Symbol>,
                               const std::vector<bool>&) const override {
    return {Symbol()};
  }

  void give_shape(const tensor::Dense& sizes, Context& context, tensor::Dense& y) const {
    Shape& shape = context.scratch.state<Shape>();  // Kept from step to step, so that no step allocates.
    shape.resize(known.size());
    with_dtype(sizes.dtype, [&](auto tag) {
      const auto given = sizes.values<typename decltype(tag)::type>();
      for (size_t i = 0; i < shape.size(); ++i) {
        const auto size = static_cast<Dim>(given[i]);
        LACUNA_REQUIRE(size >= 0 && (known[i] == None || known[i] == size),
                       "random_values: sizes must be at least 0 and those that are known. Received: size=",
                       size, " along axis ", i, ", shape=", to_string(known), ".");
        shape[i] = size;
      }
    });
    y.resize(shape, dtype);
  }

  static void run(const Op& op, Context& context, std::span<const Tensor* const> in,
                  std::span<Tensor* const> out) {
    const auto& self = static_cast<const RandomValues&>(op);
    tensor::Dense& y = out[0]->dense();
    self.give_shape(in[0]->dense(), context, y);
    const size_t rows = y.shape.empty() ? 1 : static_cast<size_t>(y.shape[0]),
                 width = rows ? y.size() / rows : 0;
    Draw draw = self.draw;
    draw.key = StepRandom(self.draw.key, context).row(0);
    with_float("random_values", self.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto values = y.values<T>();
      parallel_for(rows, std::max<size_t>(1, 1024 / (width + 1)), [&](size_t begin, size_t end) {
        for (size_t r = begin; r < end; ++r)
          draw.row(static_cast<int64_t>(r), values.subspan(r * width, width));
      });
    });
  }

  Shape known;
  Draw draw;
  DType dtype;
};

const bool random_values_registered = register_op("random_values", [] {
  const auto op = [](Shape known) {
    return std::make_shared<RandomValues>(std::move(known), Draw{Draw::Kind::normal, 0, 1, 7},
                                          DType::float32);
  };
  return std::vector<Example>{{op({None, None}), {{{2}, DType::int64, Values::ids, 5}}}};
});

}  // namespace

Symbol random_values(const Symbol& sizes, const Shape& known, const Draw& draw, DType dtype) {
  LACUNA_REQUIRE(is_float(dtype), "random_values: dtype must be a float dtype. Received: dtype=", dtype, ".");
  return apply(std::make_shared<RandomValues>(known, draw, dtype), {sizes});
}

}  // namespace lacuna
