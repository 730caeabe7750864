// sum, prod, max and min of integers over axes, in int64; no gradient. max and min of no elements: the limits
// of the dtype that x had.
#include "lacuna/ops/reductions/reduce_integers.h"

#include "lacuna/graph/flat.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/reductions/reduce_op.h"
#include "lacuna/ops/reductions/reduce_sparse_cpu.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// How values meet, as in reduce_cpu.h. What overflows wraps round, as NumPy's does.
struct Integers {
  template <class T>
  using Kept = int64_t;
  static int64_t each(int64_t x) { return x; }
  static constexpr bool kExtreme = false;
};
struct SumKind : Integers {
  static constexpr const char *kName = "integer_sum", *kWord = "sum";
  template <class T>
  static constexpr int64_t kFirst = 0;
  static constexpr bool kZeros = false;
  static int64_t of(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  }
};
struct ProductKind : Integers {
  static constexpr const char *kName = "integer_prod", *kWord = "prod";
  template <class T>
  static constexpr int64_t kFirst = 1;
  static constexpr bool kZeros = true;
  static int64_t of(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  }
};
struct MaxKind : Integers {
  static constexpr const char *kName = "integer_max", *kWord = "max";
  static constexpr bool kExtreme = true;
  template <class T>
  static constexpr int64_t kFirst = std::numeric_limits<int64_t>::min();
  static constexpr bool kZeros = true;
  static int64_t of(int64_t a, int64_t b) { return std::max(a, b); }
};
struct MinKind : Integers {
  static constexpr const char *kName = "integer_min", *kWord = "min";
  static constexpr bool kExtreme = true;
  template <class T>
  static constexpr int64_t kFirst = std::numeric_limits<int64_t>::max();
  static constexpr bool kZeros = true;
  static int64_t of(int64_t a, int64_t b) { return std::min(a, b); }
};

template <class Kind>
struct IntegerReduction final : Flat<Reduce> {
  IntegerReduction(Axes a, bool keep, DType dtype) : Flat(std::move(a), keep), of(dtype) {}
  const DType of;  // Its limits are those of the result.
  std::string_view name() const override { return Kind::kName; }
  std::string key() const override { return text(Reduce::key(), ' ', of); }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense}, {dense}, run}, {{csr}, {dense}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in[0].dtype == DType::int64, name(), ": x must be int64. Received: x=", in[0], ".");
    return infer_any(Kind::kWord, in);
  }

  static void run(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const IntegerReduction&>(op);
    const Dims x = dims_of(*in[0]);
    const cpu::Reduced goes = self.reduced(x.rank);
    resize(out[0]->dense(), self.result(x).dims, DType::int64);
    int64_t* y = out[0]->dense().values<int64_t>().data();
    using Wide = std::numeric_limits<int64_t>;
    using Narrow = std::numeric_limits<int32_t>;
    const bool narrow = self.of == DType::int32;
    const int64_t least = narrow ? Narrow::min() : Wide::min(), most = narrow ? Narrow::max() : Wide::max();
    if (in[0]->storage() == Storage::dense) {
      const auto as_is = [=](int64_t v, size_t) { return std::clamp(v, least, most); };
      return cpu::reduce<Kind>(in[0]->dense().values<int64_t>().data(), x, goes, as_is, y, context.scratch);
    }
    const auto with_missing = [=](int64_t v, size_t missing, size_t) {
      return std::clamp(Kind::kZeros && missing ? Kind::of(v, 0) : v, least, most);
    };
    cpu::reduce_csr<Kind, Kind::kZeros>(in[0]->csr(), in[0]->csr().values<int64_t>().data(), goes,
                                        with_missing, y, context.scratch);
  }
};

template <class Kind>
bool registers() {
  return register_op(Kind::kName, [] {
    std::vector<Example> examples = reduce_examples<IntegerReduction<Kind>>(1, DType::int64);
    for (Example& example : examples) example.in[0] = {example.in[0].shape, DType::int64, Values::ids, 9};
    return examples;
  });
}
const bool registered =
    registers<SumKind>() && registers<ProductKind>() && registers<MaxKind>() && registers<MinKind>();

template <class Kind>
Symbol reduced(const Symbol& x, const Axes& axes, bool keepdims) {
  const Axes sorted = sorted_axes(x, axes);
  const auto* word = Kind::kWord;  // Errors show x as it came.
  LACUNA_REQUIRE(x.storage() == Storage::dense || x.storage() == Storage::csr, word,
                 ": integers must be dense or csr. Received: x=", x.spec(), ".");
  require_dense_result(word, shape_left(word, sorted, keepdims, x.spec()), x.spec());
  const bool narrow = x.dtype() == DType::int32 && Kind::kExtreme;
  return apply(std::make_shared<IntegerReduction<Kind>>(sorted, keepdims, narrow ? x.dtype() : DType::int64),
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
