// Comparisons, element by element: 1 where it holds, else 0. No gradient flows.
#include "lacuna/ops/elementwise/compare.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/flat.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/elementwise/arithmetic_cpu.h"
#include "lacuna/ops/parts/broadcast.h"

namespace lacuna {
namespace {

#define LACUNA_COMPARISON(Type, word, symbol)  \
  struct Type {                                \
    static constexpr const char* kName = word; \
    template <class T>                         \
    static T of(T a, T b) {                    \
      return static_cast<T>(a symbol b);       \
    }                                          \
  };
LACUNA_COMPARISON(Equal, "equal", ==)
LACUNA_COMPARISON(NotEqual, "not_equal", !=)
LACUNA_COMPARISON(Greater, "greater", >)
LACUNA_COMPARISON(GreaterEqual, "greater_equal", >=)
LACUNA_COMPARISON(Less, "less", <)
LACUNA_COMPARISON(LessEqual, "less_equal", <=)
#undef LACUNA_COMPARISON

template <class F>
struct Compare final : Flat<> {
  std::string_view name() const override { return F::kName; }

  static void dense_dense(const Op&, Context&, std::span<const Tensor* const> in,
                          std::span<Tensor* const> out) {
    const Dims a = dims_of(*in[0]), b = dims_of(*in[1]), o = broadcast(F::kName, a, b);
    const auto run = [&]<class T>(Tag<T>) {
      tensor::Dense& c = out[0]->dense();
      resize(c, o, dtype_of<T>());
      const T *x = in[0]->dense().values<T>().data(), *y = in[1]->dense().values<T>().data();
      T* z = c.values<T>().data();
      const Lines lines(o, a, b);
      lines.each(
          [&, step_a = lines.step_a(), step_b = lines.step_b()](size_t to, size_t i, size_t j, size_t n) {
            for (size_t k = 0; k < n; ++k) z[to + k] = F::of(x[i + k * step_a], y[j + k * step_b]);
          });
    };
    switch (in[0]->dtype()) {  // Those of the graph alone.
      case DType::float32:
        return run(Tag<float>{});
      case DType::float64:
        return run(Tag<double>{});
      case DType::int32:
        return run(Tag<int32_t>{});
      default:
        return run(Tag<int64_t>{});
    }
  }

  static void csr_csr(const Op& op, Context& context, cpu::In in, cpu::Out out) {
    cpu::csr_csr<F, true>(op, context, in, out);
  }
  static void rows_rows(const Op& op, Context& context, cpu::In in, cpu::Out out) {
    cpu::rows_rows<F, true>(op, context, in, out);
  }

  std::string_view cost(const Rule& rule) const override { return rows_and_stored(rule.out[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules dense_alone{{{{dense, dense}, {dense}, dense_dense}}};
    static const Rules rules{{
        {{dense, dense}, {dense}, dense_dense},
        {{csr, csr}, {csr}, csr_csr},
        {{row_sparse, row_sparse}, {row_sparse}, rows_rows},
    }};
    return F::of(0, 0) ? dense_alone : rules;  // Where two zeros make none.
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &a = in[0], &b = in[1];
    LACUNA_REQUIRE(a.dtype == b.dtype && a.dtype <= DType::int64, F::kName,
                   ": a and b must have one dtype. Received: a=", a, ", b=", b, ".");
    LACUNA_REQUIRE(
        a.storage == Storage::dense || b.storage == Storage::dense ||
            (is_float(a.dtype) && spreads_over(a.shape, b.shape) && spreads_over(b.shape, a.shape)),
        F::kName, ": sparse operands must have one shape and a float dtype. Received: a=", a, ", b=", b, ".");
    return {{broadcast(F::kName, a, b), a.dtype, rule_for(*this, in).out[0]}};
  }
};

template <class F>
std::vector<Example> examples() {
  const auto op = std::make_shared<Compare<F>>();
  return {{op, {{{None, 4}}, {{None, 4}}}},
          {op, {{{None, 4}}, {{None, 1}}}},
          {op, {{{}}, {{None, 4}}}},
          {op, {{{None, 3}, DType::float32, Values::zero_one}, {{3}, DType::float32, Values::zero_one}}},
          {op, {{{None}, DType::int64, Values::ids, 3}, {{None}, DType::int64, Values::ids, 3}}},
          {op, {{{None}, DType::int32, Values::ids, 3}, {{1}, DType::int32, Values::ids, 3}}}};
}
const bool registered =
    register_op("equal", examples<Equal>) && register_op("not_equal", examples<NotEqual>) &&
    register_op("greater", examples<Greater>) && register_op("greater_equal", examples<GreaterEqual>) &&
    register_op("less", examples<Less>) && register_op("less_equal", examples<LessEqual>);

template <class F>
Symbol applied(const Symbol& a, const Symbol& b) {
  static const auto op = std::make_shared<Compare<F>>();
  return apply(op, {a, b});
}

}  // namespace

Symbol equal(const Symbol& a, const Symbol& b) { return applied<Equal>(a, b); }
Symbol not_equal(const Symbol& a, const Symbol& b) { return applied<NotEqual>(a, b); }
Symbol greater(const Symbol& a, const Symbol& b) { return applied<Greater>(a, b); }
Symbol greater_equal(const Symbol& a, const Symbol& b) { return applied<GreaterEqual>(a, b); }
Symbol less(const Symbol& a, const Symbol& b) { return applied<Less>(a, b); }
Symbol less_equal(const Symbol& a, const Symbol& b) { return applied<LessEqual>(a, b); }

}  // namespace lacuna
