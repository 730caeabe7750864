// What functions of symbols take from Python: all that may stand for a symbol. It becomes one within the
// call, since nanobind would answer an error of its own conversion with a list of signatures.
#pragma once
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "python/bind/convert.h"

namespace lacuna::bind {

inline bool is_any(PyObject*) { return true; }

class Operand : public nb::object {
  NB_OBJECT(Operand, nb::object, "Symbol", is_any)
};
class Operands : public nb::object {  // A list of them.
  NB_OBJECT(Operands, nb::object, "collections.abc.Sequence[Symbol]", is_any)
};

template <class T>
struct Taken {
  using type = T;
};
template <>
struct Taken<const Symbol&> {
  using type = Operand;
};
template <>
struct Taken<const std::vector<Symbol>&> {
  using type = Operands;
};

template <class T>
T&& as_symbols(const std::string&, T&& value) {
  return std::forward<T>(value);
}
inline Symbol as_symbols(const std::string& where, Operand&& operand) {
  return to_symbol(operand, nullptr, where.c_str());
}
inline std::vector<Symbol> as_symbols(const std::string& where, Operands&& operands) {
  if (!PyList_Check(operands.ptr()) && !PyTuple_Check(operands.ptr()))
    throw nb::type_error(
        (where + ": a list of symbols must be given. Received: " + shown(operands) + ".").c_str());
  std::vector<Symbol> result;
  for (const nb::handle one : nb::iter(operands)) result.push_back(to_symbol(one, nullptr, where.c_str()));
  return result;
}

// The same function of operands. where: its name, which errors start with.
template <class R, class... A>
auto taking(std::string where, R (*f)(A...)) {
  return [where = std::move(where), f](typename Taken<A>::type... given) -> R {
    return f(as_symbols(where, std::forward<typename Taken<A>::type>(given))...);
  };
}

// The name of an argument of type A. None is no operand, and an error like any other; to nanobind it would be
// another signature.
template <class A, class Argument>
auto or_none(const Argument& argument) {
  if constexpr (std::is_same_v<typename Taken<A>::type, A>) return argument;
  else return argument.none();
}

// m.def of a function of symbols; a name for each argument.
template <class R, class... A, class... Arguments>
void def_arguments(nb::module_& m, const char* name, R (*f)(A...), const Arguments&... arguments) {
  static_assert(sizeof...(A) == sizeof...(Arguments));
  m.def(name, taking(name, f), or_none<A>(arguments)...);
}
template <class F, class... Arguments>
void def(nb::module_& m, const char* name, const F& f, const Arguments&... arguments) {
  def_arguments(m, name, +f, arguments...);
}

}  // namespace lacuna::bind
