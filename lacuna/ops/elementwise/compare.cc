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
struct Compare final : Flat<cpu::Binary> {
  Compare() : Flat(kFunction) {}
  static constexpr cpu::BinaryFunction kFunction{F::kName, cpu::binary_loop<F, float>,
                                                 cpu::binary_loop<F, double>, cpu::binary_loop<F, int32_t>,
                                                 cpu::binary_loop<F, int64_t>};

  std::string_view cost(const Rule& rule) const override { return rows_and_stored(rule.out[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules dense_alone{{{{dense, dense}, {dense}, cpu::dense_dense}}};
    static const Rules rules{{
        {{dense, dense}, {dense}, cpu::dense_dense},
        {{csr, csr}, {csr}, cpu::csr_csr_union},
        {{row_sparse, row_sparse}, {row_sparse}, cpu::rows_rows_union},
    }};
    return F::of(0, 0) ? dense_alone : rules;  // Sparse only if F(0, 0) = 0.
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
const bool compare_registered =
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
