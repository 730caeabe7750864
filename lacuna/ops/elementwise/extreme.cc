// max(a, b), min(a, b). Where both are equal, the gradient flows to the first one.
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/arithmetic_functions.h"
#include "lacuna/ops/elementwise/arithmetic_op.h"
#include "lacuna/ops/elementwise/binary_gradient.h"
#include "lacuna/ops/elementwise/compare.h"
#include "lacuna/ops/parts/cast.h"

namespace lacuna {
namespace {

template <class F>
struct Extreme final : Union {
  static constexpr bool kLargest = std::is_same_v<F, MaximumOf>;
  Extreme() : Union(cpu::kBinaryFunction<F>) {}

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1);
    const auto of = [&](const Symbol& x, const Symbol& other, bool ties) {
      if (x.storage() != Storage::dense)
        return binary_gradient(kLargest ? (ties ? BinaryGradient::largest : BinaryGradient::larger)
                                        : (ties ? BinaryGradient::least : BinaryGradient::smaller),
                               x, other, dc[0]);
      // The result is dense anyway, so the other operand may be made dense too.
      const Symbol full = cast_storage(other, Storage::dense);
      const Symbol first = kLargest ? (ties ? greater_equal(x, full) : greater(x, full))
                                    : (ties ? less_equal(x, full) : less(x, full));
      return gradient_for(x, multiply(dc[0], first));
    };
    return {wanted[0] ? of(a, b, true) : Symbol{}, wanted[1] ? of(b, a, false) : Symbol{}};
  }
};

const bool extreme_registered = register_op("maximum", binary_examples<Extreme<MaximumOf>>) &&
                                register_op("minimum", binary_examples<Extreme<MinimumOf>>);

}  // namespace

Symbol maximum(const Symbol& a, const Symbol& b) { return applied_to<Extreme<MaximumOf>>(a, b); }
Symbol minimum(const Symbol& a, const Symbol& b) { return applied_to<Extreme<MinimumOf>>(a, b); }

}  // namespace lacuna
