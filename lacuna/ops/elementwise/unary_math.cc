// Functions of mathematics, element by element.
#include "lacuna/ops/elementwise/math_functions.h"

#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/parts/whole.h"

namespace lacuna {
namespace {

using namespace unary;

const bool unary_math_registered =
    register_all<Negative, Abs, Sign, Square, Sqrt, Cbrt, Reciprocal, Rsqrt, Rcbrt, Exp, Exp2, Expm1, Log,
                 Log1p, Log2, Log10, Erf, ErfInv, Gamma, GammaLn, Sin, Cos, Tan, Arcsin, Arccos, Arctan, Sinh,
                 Cosh, Arcsinh, Arccosh, Arctanh, Degrees, Radians, Round, Ceil, Floor, Trunc, RoundSte,
                 SignSte, IsNan, IsInf, IsFinite, NanToNum, LogicalNot>();

}  // namespace

Symbol negative(const Symbol& x) { return is_whole(x) ? scale(x, -1) : applied<Negative>(x); }
Symbol abs(const Symbol& x) { return applied<Abs>(x); }
Symbol sign(const Symbol& x) { return applied<Sign>(x); }
Symbol square(const Symbol& x) { return applied<Square>(x); }
Symbol sqrt(const Symbol& x) { return applied<Sqrt>(x); }
Symbol cbrt(const Symbol& x) { return applied<Cbrt>(x); }
Symbol reciprocal(const Symbol& x) { return applied<Reciprocal>(x); }
Symbol rsqrt(const Symbol& x) { return applied<Rsqrt>(x); }
Symbol rcbrt(const Symbol& x) { return applied<Rcbrt>(x); }
Symbol exp(const Symbol& x) { return applied<Exp>(x); }
Symbol exp2(const Symbol& x) { return applied<Exp2>(x); }
Symbol expm1(const Symbol& x) { return applied<Expm1>(x); }
Symbol log(const Symbol& x) { return applied<Log>(x); }
Symbol log1p(const Symbol& x) { return applied<Log1p>(x); }
Symbol log2(const Symbol& x) { return applied<Log2>(x); }
Symbol log10(const Symbol& x) { return applied<Log10>(x); }
Symbol erf(const Symbol& x) { return applied<Erf>(x); }
Symbol erfinv(const Symbol& x) { return applied<ErfInv>(x); }
Symbol gamma(const Symbol& x) { return applied<Gamma>(x); }
Symbol gammaln(const Symbol& x) { return applied<GammaLn>(x); }
Symbol sin(const Symbol& x) { return applied<Sin>(x); }
Symbol cos(const Symbol& x) { return applied<Cos>(x); }
Symbol tan(const Symbol& x) { return applied<Tan>(x); }
Symbol arcsin(const Symbol& x) { return applied<Arcsin>(x); }
Symbol arccos(const Symbol& x) { return applied<Arccos>(x); }
Symbol arctan(const Symbol& x) { return applied<Arctan>(x); }
Symbol sinh(const Symbol& x) { return applied<Sinh>(x); }
Symbol cosh(const Symbol& x) { return applied<Cosh>(x); }
Symbol arcsinh(const Symbol& x) { return applied<Arcsinh>(x); }
Symbol arccosh(const Symbol& x) { return applied<Arccosh>(x); }
Symbol arctanh(const Symbol& x) { return applied<Arctanh>(x); }
Symbol degrees(const Symbol& x) { return applied<Degrees>(x); }
Symbol radians(const Symbol& x) { return applied<Radians>(x); }
Symbol round(const Symbol& x) { return applied<Round>(x); }
Symbol ceil(const Symbol& x) { return applied<Ceil>(x); }
Symbol floor(const Symbol& x) { return applied<Floor>(x); }
Symbol trunc(const Symbol& x) { return applied<Trunc>(x); }
Symbol round_ste(const Symbol& x) { return applied<RoundSte>(x); }
Symbol sign_ste(const Symbol& x) { return applied<SignSte>(x); }
Symbol isnan(const Symbol& x) { return applied<IsNan>(x); }
Symbol isinf(const Symbol& x) { return applied<IsInf>(x); }
Symbol isfinite(const Symbol& x) { return applied<IsFinite>(x); }
Symbol nan_to_num(const Symbol& x) { return applied<NanToNum>(x); }
Symbol logical_not(const Symbol& x) { return applied<LogicalNot>(x); }

}  // namespace lacuna
