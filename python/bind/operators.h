// Python's operators of symbols and variables.
#pragma once
#include <optional>
#include <string_view>

#include "lacuna/backend/backend.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/scalar.h"
#include "lacuna/ops/elementwise/unary.h"
#include "python/bind/argument.h"
#include "python/bind/item.h"
#include "python/bind/numbers.h"

namespace lacuna::bind {

// Whole numbers of rank 0, such as an entry of shape(x), have arithmetic of their own: in float64, which
// holds sizes exactly.
inline bool is_size(const Symbol& s) {
  return s.rank() == 0 && (s.dtype() == DType::int32 || s.dtype() == DType::int64);
}

// The other operand of a size, if it is a size or a whole number.
inline std::optional<Symbol> size_beside(const Symbol& size, nb::handle other, const char* op) {
  if (!is_size(size)) return {};
  if (nb::isinstance<Symbol>(other)) {
    const Symbol& symbol = nb::cast<Symbol&>(other);
    return is_size(symbol) ? std::optional(cast(symbol, DType::float64)) : std::nullopt;
  }
  if (!PyIndex_Check(other.ptr()) || nb::hasattr(other, "__len__")) return {};  // NumPy's whole numbers too.
  return constant(*to_number(other, op), DType::float64);
}

// A quotient of sizes is no whole number.
inline Symbol as_size(const Symbol& value, const Symbol& like, std::string_view op) {
  return op == "divide" ? value : cast(value, like.dtype());
}

// The arithmetic that symbols and variables share: with each other, numbers and arrays, on both sides.
template <class C>
void def_arithmetic(C& c) {
  // op: the name of the op, which errors start with.
  const auto binary = [&](const char* name, const char* reflected, const char* op, auto symbols,
                          auto number_right, auto number_left) {
    c.def(
        name,
        [=](nb::handle self, nb::handle other) {
          const Symbol a = to_symbol(self);
          if (const auto size = size_beside(a, other, op))
            return as_size(symbols(cast(a, DType::float64), *size), a, op);
          if (const auto number = number_beside(a, other, op)) return number_right(a, *number);
          return symbols(a, to_symbol(other, &a, op));
        },
        "other"_a.none());
    c.def(
        reflected,
        [=](nb::handle self, nb::handle other) {
          const Symbol a = to_symbol(self);
          if (const auto size = size_beside(a, other, op))
            return as_size(symbols(*size, cast(a, DType::float64)), a, op);
          if (const auto number = number_beside(a, other, op)) return number_left(*number, a);
          return symbols(to_symbol(other, &a, op), a);
        },
        "other"_a.none());
  };
  using S = const Symbol&;
  binary(
      "__add__", "__radd__", "add", [](S a, S b) { return a + b; }, [](S a, double b) { return a + b; },
      [](double a, S b) { return a + b; });
  binary(
      "__sub__", "__rsub__", "subtract", [](S a, S b) { return a - b; }, [](S a, double b) { return a - b; },
      [](double a, S b) { return a - b; });
  binary(
      "__mul__", "__rmul__", "multiply", [](S a, S b) { return a * b; }, [](S a, double b) { return a * b; },
      [](double a, S b) { return a * b; });
  binary(
      "__truediv__", "__rtruediv__", "divide", [](S a, S b) { return a / b; },
      [](S a, double b) { return a / b; }, [](double a, S b) { return a / b; });
  binary(
      "__floordiv__", "__rfloordiv__", "floor_divide", [](S a, S b) { return floor(a / b); },
      [](S a, double b) { return floor(a / b); }, [](double a, S b) { return floor(a / b); });
  binary(
      "__mod__", "__rmod__", "mod", [](S a, S b) { return mod(a, b); },
      [](S a, double b) { return mod(a, b); }, [](double a, S b) { return mod(a, b); });
  binary(
      "__pow__", "__rpow__", "power", [](S a, S b) { return power(a, b); },
      [](S a, double b) { return power(a, b); }, [](double a, S b) { return power(a, b); });
  c.def(
      "__matmul__",
      [](nb::handle self, nb::handle other) {
        const Symbol a = to_symbol(self);
        return backend::matmul(a, to_symbol(other, &a, "matmul"));
      },
      "other"_a.none());
  c.def(
      "__rmatmul__",
      [](nb::handle self, nb::handle other) {
        const Symbol a = to_symbol(self);
        return backend::matmul(to_symbol(other, &a, "matmul"), a);
      },
      "other"_a.none());
  c.def(
      "__getitem__", [](nb::handle self, nb::handle key) { return item(to_symbol(self), key); },
      "key"_a.none(),
      "Along each axis a slice, a whole number (of a dense symbol), or along one axis ids or a mask; None "
      "inserts "
      "an axis.");
  // With numbers too, as in Keras. __eq__ is not among them: it says whether both are the same object.
  const auto compare = [&](const char* name, const char* op, Symbol (*f)(S, S), Symbol (*number)(S, double)) {
    c.def(
        name,
        [=](nb::handle self, nb::handle other) {
          const Symbol a = to_symbol(self);
          if (const auto value = is_float(a.dtype()) ? number_beside(a, other, op) : std::nullopt)
            return number(a, *value);
          return f(a, to_symbol(other, &a, op));
        },
        "other"_a.none());
  };
  compare("__lt__", "less", lacuna::less, lacuna::less);
  compare("__le__", "less_equal", lacuna::less_equal, lacuna::less_equal);
  compare("__gt__", "greater", lacuna::greater, lacuna::greater);
  compare("__ge__", "greater_equal", lacuna::greater_equal, lacuna::greater_equal);
  // Of truths, as comparisons give them: 1 where both, or either, or not.
  c.def(
      "__and__",
      [](nb::handle self, nb::handle other) {
        return lacuna::not_equal(to_symbol(self), 0) * lacuna::not_equal(to_symbol(other), 0);
      },
      "other"_a);
  c.def(
      "__or__",
      [](nb::handle self, nb::handle other) {
        return maximum(lacuna::not_equal(to_symbol(self), 0), lacuna::not_equal(to_symbol(other), 0));
      },
      "other"_a);
  c.def("__invert__", [](nb::handle self) { return logical_not(to_symbol(self)); });
  c.attr("__iter__") = nb::none();
  c.def("__neg__", [](nb::handle self) { return -to_symbol(self); });
  c.def("__abs__", [](nb::handle self) { return lacuna::abs(to_symbol(self)); });
  c.attr("__array_ufunc__") = nb::none();  // NumPy's scalars leave arithmetic to the symbol.
}

}  // namespace lacuna::bind
