// sum, prod, max and min of integers over axes, in int64; no gradient. max and min of no elements are the
// limits of the original dtype of x.
#include "lacuna/ops/reductions/reduce_integers.h"

#include "lacuna/graph/flat.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/reductions/reduce_op.h"
#include "lacuna/ops/reductions/reduce_sparse_cpu.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

struct SumKind {
  using F = cpu::IntegerSumOf;
  static constexpr const char *kName = "integer_sum", *kWord = "sum";
  static constexpr bool kExtreme = false;
};
struct ProductKind {
  using F = cpu::IntegerProductOf;
  static constexpr const char *kName = "integer_prod", *kWord = "prod";
  static constexpr bool kExtreme = false;
};
struct MaxKind {
  using F = cpu::IntegerExtremeOf<true>;
  static constexpr const char *kName = "integer_max", *kWord = "max";
  static constexpr bool kExtreme = true;
};
struct MinKind {
  using F = cpu::IntegerExtremeOf<false>;
  static constexpr const char *kName = "integer_min", *kWord = "min";
  static constexpr bool kExtreme = true;
};

template <class Kind>
struct IntegerReduction final : Flat<Reduce> {
  IntegerReduction(Axes a, bool keep, DType dtype) : Flat(std::move(a), keep), of(dtype) {}
  const DType of;  // Its limits are the results for no elements.
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
    using F = typename Kind::F;
    const auto to_y = cpu::results_to(y, [=](int64_t v, size_t missing, size_t) {
      return std::clamp(F::kZeros && missing ? F::of(v, 0) : v, least, most);
    });
    const cpu::Receiver<int64_t> results(to_y);
    if (in[0]->storage() == Storage::dense)
      cpu::reduce<F>(in[0]->dense().values<int64_t>().data(), x, goes, results, context.scratch);
    else
      cpu::reduce_csr<F>(in[0]->csr(), in[0]->csr().values<int64_t>().data(), goes, F::kZeros, results,
                         context.scratch);
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
const bool reduce_integers_registered =
    registers<SumKind>() && registers<ProductKind>() && registers<MaxKind>() && registers<MinKind>();

template <class Kind>
Symbol reduced(const Symbol& x, const Axes& axes, bool keepdims) {
  const Axes sorted = sorted_axes(x, axes);
  const auto* word = Kind::kWord;  // Errors show x before it is cast.
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
