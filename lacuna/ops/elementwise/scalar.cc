// Ops of x and a number, element by element. The storage of the result depends on the result for 0.
#include "lacuna/ops/elementwise/scalar.h"

#include "lacuna/ops/elementwise/scalar_functions.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/parts/whole.h"

namespace lacuna {
namespace {

const bool scalar_registered =
    unary::register_all<unary::Equal, unary::Fill, unary::Greater, unary::GreaterEqual, unary::Hypot,
                        unary::Less, unary::LessEqual, unary::Maximum, unary::Minimum, unary::Mod,
                        unary::ModOf, unary::NotEqual, unary::Power, unary::PowerOf, unary::ShiftStored>();

template <class F>
Symbol with(const Symbol& x, double s) {
  return unary::applied<F>(x, {.alpha = s});
}

}  // namespace

Symbol power(const Symbol& x, double exponent) {
  return exponent == 1 ? x : exponent == 2 ? square(x) : with<unary::Power>(x, exponent);
}
Symbol power(double base, const Symbol& x) { return with<unary::PowerOf>(x, base); }
Symbol maximum(const Symbol& x, double s) { return with<unary::Maximum>(x, s); }
Symbol minimum(const Symbol& x, double s) { return with<unary::Minimum>(x, s); }
Symbol mod(const Symbol& x, double s) {
  if (s != std::trunc(s)) return with<unary::Mod>(x, s);
  return as_whole(x, [&](const Symbol& f) { return with<unary::Mod>(f, s); });
}
Symbol mod(double s, const Symbol& x) { return with<unary::ModOf>(x, s); }
Symbol hypot(const Symbol& x, double s) { return with<unary::Hypot>(x, s); }

Symbol equal(const Symbol& x, double s) { return with<unary::Equal>(x, s); }
Symbol not_equal(const Symbol& x, double s) { return with<unary::NotEqual>(x, s); }
Symbol greater(const Symbol& x, double s) { return with<unary::Greater>(x, s); }
Symbol greater_equal(const Symbol& x, double s) { return with<unary::GreaterEqual>(x, s); }
Symbol less(const Symbol& x, double s) { return with<unary::Less>(x, s); }
Symbol less_equal(const Symbol& x, double s) { return with<unary::LessEqual>(x, s); }

Symbol scatter_plus_scalar(const Symbol& x, double s) {
  return x.storage() == Storage::dense ? shift(x, s) : with<unary::ShiftStored>(x, s);
}
Symbol scatter_minus_scalar(const Symbol& x, double s) { return scatter_plus_scalar(x, -s); }

Symbol zeros_like(const Symbol& x) { return with<unary::Fill>(x, 0); }
Symbol ones_like(const Symbol& x) { return with<unary::Fill>(x, 1); }

}  // namespace lacuna
