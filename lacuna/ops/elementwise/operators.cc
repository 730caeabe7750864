// The operators +, -, * and / for symbols and numbers.
#include "lacuna/ops/elementwise/operators.h"

#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/elementwise/unary.h"

namespace lacuna {

Symbol operator+(const Symbol& a, const Symbol& b) { return add(a, b); }
Symbol operator-(const Symbol& a, const Symbol& b) { return subtract(a, b); }
Symbol operator*(const Symbol& a, const Symbol& b) { return multiply(a, b); }
Symbol operator/(const Symbol& a, const Symbol& b) { return divide(a, b); }
Symbol operator-(const Symbol& a) { return negative(a); }
Symbol operator+(const Symbol& a, double b) { return shift(a, b); }
Symbol operator-(const Symbol& a, double b) { return shift(a, -b); }
Symbol operator*(const Symbol& a, double b) { return scale(a, b); }
Symbol operator/(const Symbol& a, double b) { return scale(a, 1 / b); }
Symbol operator+(double a, const Symbol& b) { return shift(b, a); }
Symbol operator-(double a, const Symbol& b) { return shift(negative(b), a); }
Symbol operator*(double a, const Symbol& b) { return scale(b, a); }
Symbol operator/(double a, const Symbol& b) { return divide(constant(a, b.dtype()), b); }

}  // namespace lacuna
