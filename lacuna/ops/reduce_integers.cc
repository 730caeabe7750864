// sum, prod, max and min of integers over axes, in int64; no gradient.
#include "lacuna/ops/reduce_integers.h"

#include "lacuna/ops/cast.h"
#include "lacuna/ops/reduce_op.h"
#include "lacuna/ops/reduce_sparse_cpu.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// How values meet, as in reduce_cpu.h. What overflows wraps round, as NumPy's does.
struct Integers {
  template <class T>
  using Kept = int64_t;
  static int64_t each(int64_t x) { return x; }
};
struct SumKind : Integers {
  static constexpr const char* kName = "integer_sum";
  template <class T>
  static constexpr int64_t kFirst = 0;
  static constexpr bool kZeros = false;
  static int64_t of(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  }
};
struct ProductKind : Integers {
  static constexpr const char* kName = "integer_prod";
  template <class T>
  static constexpr int64_t kFirst = 1;
  static constexpr bool kZeros = true;
  static int64_t of(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  }
};
struct MaxKind : Integers {
  static constexpr const char* kName = "integer_max";
  template <class T>
  static constexpr int64_t kFirst = std::numeric_limits<int64_t>::min();
  static constexpr bool kZeros = true;
  static int64_t of(int64_t a, int64_t b) { return std::max(a, b); }
};
struct MinKind : Integers {
  static constexpr const char* kName = "integer_min";
  template <class T>
  static constexpr int64_t kFirst = std::numeric_limits<int64_t>::max();
  static constexpr bool kZeros = true;
  static int64_t of(int64_t a, int64_t b) { return std::min(a, b); }
};

template <class Kind>
struct IntegerReduction final : Reduce {
  using Reduce::Reduce;
  std::string_view name() const override { return Kind::kName; }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense}, {dense}, run}, {{csr}, {dense}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    require(in[0].dtype == DType::int64, name(), ": x must be int64. Received: x=", in[0],
            ", dtype=", in[0].dtype, ".");
    Spec x = in[0];  // As floats, which Reduce asks for.
    x.dtype = DType::float64;
    Spec y = Reduce::infer(std::span(&x, 1))[0];
    y.dtype = DType::int64;
    return {y};
  }

  static void run(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const IntegerReduction&>(op);
    const Dims x = dims_of(*in[0]);
    const cpu::Reduced goes = self.reduced(x.rank);
    resize(out[0]->dense(), self.result(x).dims, DType::int64);
    int64_t* y = out[0]->dense().values<int64_t>().data();
    if (in[0]->storage() == Storage::dense) {
      const auto as_is = [](int64_t v, size_t) { return v; };
      return cpu::reduce<Kind>(in[0]->dense().values<int64_t>().data(), x, goes, as_is, y, context.scratch);
    }
    const auto with_missing = [](int64_t v, size_t missing, size_t) {
      return Kind::kZeros && missing ? Kind::of(v, 0) : v;
    };
    cpu::reduce_csr<Kind, Kind::kZeros>(in[0]->csr(), in[0]->csr().values<int64_t>().data(), goes,
                                        with_missing, y, context.scratch);
  }
};

template <class Kind>
bool registers() {
  return register_op(Kind::kName, [] {
    std::vector<Example> examples = reduce_examples<IntegerReduction<Kind>>(1);
    for (Example& example : examples) example.in[0] = {example.in[0].shape, DType::int64, Values::ids, 9};
    return examples;
  });
}
const bool registered =
    registers<SumKind>() && registers<ProductKind>() && registers<MaxKind>() && registers<MinKind>();

template <class Kind>
Symbol reduced(const Symbol& x, const Axes& axes, bool keepdims) {
  return apply(std::make_shared<IntegerReduction<Kind>>(sorted_axes(x, axes), keepdims),
               {cast(x, DType::int64)});
}

}  // namespace

Symbol integer_sum(const Symbol& x, const Axes& axes, bool keepdims) {
  return reduced<SumKind>(x, axes, keepdims);
}
Symbol integer_prod(const Symbol& x, const Axes& axes, bool keepdims) {
  return reduced<ProductKind>(x, axes, keepdims);
}
Symbol integer_max(const Symbol& x, const Axes& axes, bool keepdims) {
  return reduced<MaxKind>(x, axes, keepdims);
}
Symbol integer_min(const Symbol& x, const Axes& axes, bool keepdims) {
  return reduced<MinKind>(x, axes, keepdims);
}

}  // namespace lacuna
