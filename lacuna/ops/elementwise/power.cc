// a^b, a mod b (with the sign of b), √(a² + b²), element by element.
//
//   power   da = b a^(b-1) dc, db = log(a) c dc    mod   da = dc, db = -floor(a/b) dc    hypot   da = a/c dc
#include <cmath>

#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/arithmetic_op.h"
#include "lacuna/ops/elementwise/binary_gradient.h"
#include "lacuna/ops/elementwise/scalar.h"
#include "lacuna/ops/elementwise/scalar_functions.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/parts/whole.h"

namespace lacuna {
namespace {

struct PowerOf {
  static constexpr const char* kName = "power";
  template <class T>
  static T of(T a, T b) {
    return std::pow(a, b);
  }
};
struct ModOf {
  static constexpr const char* kName = "mod";
  template <class T>
  static T of(T a, T b) {
    return unary::remainder_of(a, b);
  }
};
struct HypotOf {
  static constexpr const char* kName = "hypot";
  template <class T>
  static T of(T a, T b) {
    return std::hypot(a, b);
  }
};

// x with ones in place of zeros, which would give 0·∞ in a gradient.
Symbol without_zeros(const Symbol& x) { return add(x, equal(x, 0)); }

// Dense only, since 0^b is not 0 for every b.
struct Power final : Arithmetic {
  Power() : Arithmetic(cpu::kBinaryFunction<PowerOf>) {}

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense}, {dense}, cpu::dense_dense}}};
    return rules;
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1);
    Symbol da, db;
    if (wanted[0]) {
      const Symbol exponent = shift(without_zeros(b), -1);  // Where b = 0, the factor b makes da 0.
      da = gradient_for(a, multiply(dc[0], multiply(b, power(a, exponent))));
    }
    if (wanted[1]) db = gradient_for(b, multiply(dc[0], multiply(power(a, b), log(without_zeros(a)))));
    return {da, db};
  }
};

struct Mod final : OfDividend {
  Mod() : OfDividend(cpu::kBinaryFunction<ModOf>) {}

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1);
    return {wanted[0] ? gradient_for(a, dc[0]) : Symbol{},
            wanted[1] ? gradient_for(b, negative(multiply(dc[0], floor(divide(a, b))))) : Symbol{}};
  }
};

struct Hypot final : Union {
  Hypot() : Union(cpu::kBinaryFunction<HypotOf>) {}

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1);
    const auto of = [&](const Symbol& x, const Symbol& other) {
      if (x.storage() != Storage::dense) return binary_gradient(BinaryGradient::hypot, x, other, dc[0]);
      return gradient_for(x, multiply(dc[0], divide(x, without_zeros(hypot(a, b)))));
    };
    return {wanted[0] ? of(a, b) : Symbol{}, wanted[1] ? of(b, a) : Symbol{}};
  }
};

std::vector<Example> positive_examples() {
  std::vector<Example> result = binary_examples<Power>();
  for (Example& example : result) example.in[0].values = Values::positive;
  return result;
}
const bool power_registered = register_op("power", positive_examples) &&
                              register_op("mod", binary_examples<Mod>) &&
                              register_op("hypot", binary_examples<Hypot>);

}  // namespace

Symbol power(const Symbol& a, const Symbol& b) { return applied_to<Power>(a, b); }
Symbol mod(const Symbol& a, const Symbol& b) { return as_whole(a, b, applied_to<Mod>); }
Symbol hypot(const Symbol& a, const Symbol& b) { return applied_to<Hypot>(a, b); }

}  // namespace lacuna
