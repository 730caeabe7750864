"""Element-wise functions of lacuna.backend. They have Keras' names, and those of MXNet and Keras 3 where Keras 2 has
none. The shape stays, broadcasting is NumPy's, and values are floats."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import shape_of, symbols_of
from lacuna._types import Number, TensorLike

__all__ = [
    "abs",
    "absolute",
    "add",
    "add_n",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctanh",
    "cbrt",
    "ceil",
    "clip",
    "conj",
    "conjugate",
    "copy",
    "cos",
    "cosh",
    "degrees",
    "divide",
    "equal",
    "erf",
    "erfinv",
    "exp",
    "exp2",
    "expm1",
    "fix",
    "floor",
    "gamma",
    "gammaln",
    "greater",
    "greater_equal",
    "hypot",
    "imag",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "log",
    "log10",
    "log1p",
    "log2",
    "logical_not",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "nan_to_num",
    "negative",
    "not_equal",
    "pow",
    "power",
    "radians",
    "rcbrt",
    "real",
    "reciprocal",
    "rint",
    "round",
    "round_ste",
    "rsqrt",
    "scatter_elemwise_div",
    "scatter_minus_scalar",
    "scatter_plus_scalar",
    "sign",
    "sign_ste",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "subtract",
    "switch",
    "tan",
    "trunc",
    "where",
]


def __dir__() -> list[str]:
    return __all__


# Functions of one argument that map 0 to 0, so that csr and row_sparse keep their storage


def abs(x: TensorLike) -> Any:
    """|x|; csr stays csr."""
    return _core.abs(x)


def sign(x: TensorLike) -> Any:
    """-1, 0 or 1; csr stays csr."""
    return _core.sign(x)


def negative(x: TensorLike) -> Any:
    """-x; csr stays csr."""
    return _core.negative(x)


def square(x: TensorLike) -> Any:
    """x²; csr stays csr."""
    return _core.square(x)


def sqrt(x: TensorLike) -> Any:
    """√x, 0 where x < 0 as in Keras 2.2.4, since a variance may be just below 0 by rounding; csr stays csr."""
    return _core.sqrt(x)


def cbrt(x: TensorLike) -> Any:
    """The cube root; csr stays csr."""
    return _core.cbrt(x)


def round(x: TensorLike) -> Any:
    """Rounds to whole numbers, halves to even; csr stays csr."""
    return _core.round(x)


def ceil(x: TensorLike) -> Any:
    """Rounds up to whole numbers; csr stays csr."""
    return _core.ceil(x)


def floor(x: TensorLike) -> Any:
    """Rounds down to whole numbers; csr stays csr."""
    return _core.floor(x)


def trunc(x: TensorLike) -> Any:
    """Rounds towards 0 to whole numbers; csr stays csr."""
    return _core.trunc(x)


def log1p(x: TensorLike) -> Any:
    """log(1 + x); csr stays csr."""
    return _core.log1p(x)


def expm1(x: TensorLike) -> Any:
    """exp(x) - 1; csr stays csr."""
    return _core.expm1(x)


def erf(x: TensorLike) -> Any:
    """The error function; csr stays csr."""
    return _core.erf(x)


def erfinv(x: TensorLike) -> Any:
    """The inverse of erf, infinite at -1 and 1, NaN beyond; csr stays csr."""
    return _core.erfinv(x)


def sin(x: TensorLike) -> Any:
    """The sine; csr stays csr."""
    return _core.sin(x)


def tan(x: TensorLike) -> Any:
    """The tangent; csr stays csr."""
    return _core.tan(x)


def arcsin(x: TensorLike) -> Any:
    """The inverse sine; csr stays csr."""
    return _core.arcsin(x)


def arctan(x: TensorLike) -> Any:
    """The inverse tangent; csr stays csr."""
    return _core.arctan(x)


def sinh(x: TensorLike) -> Any:
    """The hyperbolic sine; csr stays csr."""
    return _core.sinh(x)


def arcsinh(x: TensorLike) -> Any:
    """The inverse hyperbolic sine; csr stays csr."""
    return _core.arcsinh(x)


def arctanh(x: TensorLike) -> Any:
    """The inverse hyperbolic tangent; csr stays csr."""
    return _core.arctanh(x)


def degrees(x: TensorLike) -> Any:
    """Converts radians to degrees; csr stays csr."""
    return _core.degrees(x)


def radians(x: TensorLike) -> Any:
    """Converts degrees to radians; csr stays csr."""
    return _core.radians(x)


def isnan(x: TensorLike) -> Any:
    """1 where x is NaN, else 0; csr stays csr."""
    return _core.isnan(x)


def isinf(x: TensorLike) -> Any:
    """1 where x is infinite, else 0; csr stays csr."""
    return _core.isinf(x)


def nan_to_num(x: TensorLike) -> Any:
    """Replaces NaN by 0 and infinities by the largest finite numbers; csr stays csr."""
    return _core.nan_to_num(x)


def round_ste(x: TensorLike) -> Any:
    """round with the gradient of the identity (straight-through estimator); csr stays csr."""
    return _core.round_ste(x)


def sign_ste(x: TensorLike) -> Any:
    """sign with the gradient of the identity (straight-through estimator); csr stays csr."""
    return _core.sign_ste(x)


absolute, rint, fix = abs, round, trunc


def copy(x: TensorLike) -> Any:
    """x itself, since a symbol is never changed."""
    return x


real = conj = conjugate = copy


def imag(x: TensorLike) -> Any:
    """0: values are real; csr stays csr."""
    return _core.zeros_like(x)


def clip(x: TensorLike, min_value: Number | None, max_value: Number | None) -> Any:
    """Limits values to [min_value, max_value], of which None is no limit; csr stays csr if 0 lies in between."""
    low, high = (-np.inf if min_value is None else min_value), (np.inf if max_value is None else max_value)
    return _core.clip(x, low, high)


# Functions of one argument that do not map 0 to 0, so that x must be dense


def exp(x: TensorLike) -> Any:
    """exp(x); csr is an error that suggests to_dense."""
    return _core.exp(x)


def exp2(x: TensorLike) -> Any:
    """2 to the power of x; csr is an error that suggests to_dense."""
    return _core.exp2(x)


def log(x: TensorLike) -> Any:
    """The natural logarithm; csr is an error that suggests to_dense."""
    return _core.log(x)


def log2(x: TensorLike) -> Any:
    """The logarithm to base 2; csr is an error that suggests to_dense."""
    return _core.log2(x)


def log10(x: TensorLike) -> Any:
    """The logarithm to base 10; csr is an error that suggests to_dense."""
    return _core.log10(x)


def cos(x: TensorLike) -> Any:
    """The cosine; csr is an error that suggests to_dense."""
    return _core.cos(x)


def arccos(x: TensorLike) -> Any:
    """The inverse cosine; csr is an error that suggests to_dense."""
    return _core.arccos(x)


def cosh(x: TensorLike) -> Any:
    """The hyperbolic cosine; csr is an error that suggests to_dense."""
    return _core.cosh(x)


def arccosh(x: TensorLike) -> Any:
    """The inverse hyperbolic cosine; csr is an error that suggests to_dense."""
    return _core.arccosh(x)


def reciprocal(x: TensorLike) -> Any:
    """1 / x; csr is an error that suggests to_dense."""
    return _core.reciprocal(x)


def rsqrt(x: TensorLike) -> Any:
    """1 / √x; csr is an error that suggests to_dense."""
    return _core.rsqrt(x)


def rcbrt(x: TensorLike) -> Any:
    """1 over the cube root; csr is an error that suggests to_dense."""
    return _core.rcbrt(x)


def gamma(x: TensorLike) -> Any:
    """The gamma function; csr is an error that suggests to_dense."""
    return _core.gamma(x)


def gammaln(x: TensorLike) -> Any:
    """log |Γ(x)|; csr is an error that suggests to_dense."""
    return _core.gammaln(x)


def isfinite(x: TensorLike) -> Any:
    """1 where x is finite, else 0; csr is an error that suggests to_dense."""
    return _core.isfinite(x)


def logical_not(x: TensorLike) -> Any:
    """1 where x is 0, else 0; csr is an error that suggests to_dense."""
    return _core.logical_not(x)


# Functions of two arguments, of which one may be a number: csr stays csr if the function maps 0 and that number to 0


def maximum(x: TensorLike, y: TensorLike) -> Any:
    """The larger of two; csr with csr gives csr, csr with dense gives dense."""
    return _core.maximum(x, y)


def minimum(x: TensorLike, y: TensorLike) -> Any:
    """The smaller of two; csr with csr gives csr, csr with dense gives dense."""
    return _core.minimum(x, y)


def pow(x: TensorLike, a: TensorLike) -> Any:
    """x to the power of a."""
    return _core.pow(x, a)


power = pow


def mod(x: TensorLike, y: TensorLike) -> Any:
    """The remainder, with the sign of y as in NumPy; csr by dense gives csr."""
    return _core.mod(x, y)


def hypot(x: TensorLike, y: TensorLike) -> Any:
    """√(x² + y²); csr with csr gives csr."""
    return _core.hypot(x, y)


def add(x: TensorLike, y: TensorLike) -> Any:
    """x + y; csr with csr gives csr, csr with dense gives dense."""
    return _core.add(x, y)


def subtract(x: TensorLike, y: TensorLike) -> Any:
    """x - y; csr with csr gives csr, csr with dense gives dense."""
    return _core.subtract(x, y)


def multiply(x: TensorLike, y: TensorLike) -> Any:
    """x * y; csr with anything gives csr. A column (n, 1), dense or csr, scales its rows, a row (1, m) its columns."""
    return _core.multiply(x, y)


def divide(x: TensorLike, y: TensorLike) -> Any:
    """x / y; csr by dense gives csr, computed only at the stored entries of x."""
    return _core.divide(x, y)


def add_n(inputs: TensorLike) -> Any:
    """The sum of a list of symbols, as in MXNet."""
    return _core.add_n(symbols_of("add_n", inputs))


def scatter_elemwise_div(x: TensorLike, y: TensorLike) -> Any:
    """x / y only where x stores a value, as in MXNet; csr stays csr."""
    return _core.scatter_elemwise_div(x, y)


def scatter_plus_scalar(x: TensorLike, scalar: Number) -> Any:
    """x + scalar, for csr only at the stored entries, as in MXNet."""
    return _core.scatter_plus_scalar(x, scalar)


def scatter_minus_scalar(x: TensorLike, scalar: Number) -> Any:
    """x - scalar, for csr only at the stored entries, as in MXNet."""
    return _core.scatter_minus_scalar(x, scalar)


def equal(x: TensorLike, y: TensorLike) -> Any:
    """1 where x = y, else 0, in the dtype of x."""
    return _core.equal(x, y)


def not_equal(x: TensorLike, y: TensorLike) -> Any:
    """1 where x ≠ y, else 0, in the dtype of x."""
    return _core.not_equal(x, y)


def greater(x: TensorLike, y: TensorLike) -> Any:
    """1 where x > y, else 0, in the dtype of x."""
    return _core.greater(x, y)


def greater_equal(x: TensorLike, y: TensorLike) -> Any:
    """1 where x ≥ y, else 0, in the dtype of x."""
    return _core.greater_equal(x, y)


def less(x: TensorLike, y: TensorLike) -> Any:
    """1 where x < y, else 0, in the dtype of x."""
    return _core.less(x, y)


def less_equal(x: TensorLike, y: TensorLike) -> Any:
    """1 where x ≤ y, else 0, in the dtype of x."""
    return _core.less_equal(x, y)


# Functions of three arguments


def where(condition: TensorLike, x: TensorLike, y: TensorLike) -> Any:
    """x where the condition is not 0, else y. x and y may be numbers, and the condition may be csr with the shape of
    the result. The result is csr if x and y are csr, or one is csr and the other the number 0; else dense."""
    return _core.where(condition, x, y)


def switch(condition: TensorLike, then_expression: TensorLike, else_expression: TensorLike) -> Any:
    """then_expression where the condition is not 0, else else_expression. Both are symbols, or functions that return
    them, and both are computed. The shape of the condition is the first axes of theirs, or empty. Storages: see
    where."""
    x, y = (e() if callable(e) else e for e in (then_expression, else_expression))
    rank = len(getattr(x, "shape", getattr(y, "shape", ())))
    while 0 < len(shape_of("switch", condition)) < rank:
        condition = _core.expand_dims(condition, -1)
    return _core.where(condition, x, y)
