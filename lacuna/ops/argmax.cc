// argmax: the place of the largest value along an axis; of equal ones the first.
#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/broadcast.h"
#include "lacuna/ops/reduce.h"

namespace lacuna {
namespace {

struct ArgMax final : Op {
  explicit ArgMax(int a) : axis(a) {}
  const int axis;  // Not negative.

  std::string_view name() const override { return "argmax"; }
  std::string key() const override { return text("argmax ", axis); }

  static void dense(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const auto axis = static_cast<size_t>(static_cast<const ArgMax&>(op).axis);
    const Dims from = dims_of(*in[0]);
    Dims to;
    size_t outer = 1, inner = 1;
    for (size_t i = 0; i < from.rank; ++i) {
      if (i == axis) continue;
      (i < axis ? outer : inner) *= from[i];
      to.size[to.rank++] = from[i];
    }
    const size_t n = from[axis];
    resize(out[0]->dense(), to, DType::int64);
    int64_t* place = out[0]->dense().values<int64_t>().data();
    with_float("argmax", in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* x = in[0]->dense().values<T>().data();
      parallel_for(outer * inner, std::max<size_t>(1, kGrain / (n + 1)), [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          const T* line = x + i / inner * n * inner + i % inner;
          size_t best = 0;
          for (size_t j = 1; j < n; ++j)
            if (line[j * inner] > line[best * inner]) best = j;
          place[i] = static_cast<int64_t>(best);
        }
      });
    });
  }

  const Rules& rules() const override {
    static const Rules rules{{{{Storage::dense}, {Storage::dense}, dense}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec& x = in[0];
    const auto rank = static_cast<int>(x.shape.size());
    require(is_float(x.dtype) && rank <= static_cast<int>(kMaxRank),
            "argmax: x must have a float dtype and rank 8 at most. Received: x=", x, ".");
    require(axis >= 0 && axis < rank, "argmax: the axis must be within the rank of x. Received: axis=", axis,
            ", x=", x, ".");
    Shape shape = x.shape;
    shape.erase(shape.begin() + axis);
    return {{shape, DType::int64, rule_for(*this, in).out[0]}};
  }
};

const bool registered = register_op("argmax", [] {
  return std::vector<Example>{{std::make_shared<ArgMax>(1), {{{None, 4}}}},
                              {std::make_shared<ArgMax>(0), {{{None, 4}}}},
                              {std::make_shared<ArgMax>(1), {{{None, 3, 2}}}}};
});

}  // namespace

Symbol argmax(const Symbol& x, int axis) {
  return apply(std::make_shared<ArgMax>(axis < 0 ? axis + static_cast<int>(x.rank()) : axis), {x});
}

}  // namespace lacuna
