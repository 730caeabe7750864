// Converts arguments from Python. Each kind of value (a flag, a whole number, a number, a text, a shape, a
// symbol, an object of ours, lists of them) is converted in one place, whether it is Python's, NumPy's or an
// array of rank 0. Anything else is an error in our words; nanobind's errors would list signatures.
#pragma once
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lacuna/base/arg.h"
#include "python/bind/convert.h"

namespace lacuna::bind {

// Where an argument is: what errors start with, and its name.
struct Place {
  const char *where, *name;
};

// TypeError or ValueError: `where: name must be …. Received: name=….`
[[noreturn]] void wrong_type(const Place& at, const std::string& must, nb::handle given);
[[noreturn]] void wrong_value(const Place& at, const std::string& must, nb::handle given);

bool to_flag(const Place& at, nb::handle given);  // True, False, 1, 0
int64_t to_whole(const Place& at, nb::handle given, int64_t least, int64_t most);
double to_float(const Place& at, nb::handle given);
std::string to_text(const Place& at, nb::handle given);
// From a tuple, a list, an array or one number; None is an open dimension. Negative dimensions are errors.
Shape to_dims(const Place& at, nb::handle given);
std::vector<nb::object> to_list(const Place& at, nb::handle given);
std::vector<Symbol> to_symbols(const Place& at, nb::handle given);
// A dict of arguments as the config that an object is made from; Settings reads it and reports errors.
// Objects of ours in it (initializers, activations, …) are shared.
Config to_settings(const char* where, nb::handle dict);

// A shape, unlike a list of whole numbers.
struct Dims {
  Shape shape{};
};
template <class T>
struct Argument {  // An object of ours.
  static T& of(const Place& at, nb::handle given) {
    if (!nb::isinstance<T>(given))
      wrong_type(at, std::string("a ") + nb::str(nb::type<T>().attr("__name__")).c_str(), given);
    return nb::cast<T&>(given);
  }
};
template <class T>
struct Argument<T*> {  // None: null.
  static T* of(const Place& at, nb::handle given) {
    return given.is_none() ? nullptr : &Argument<std::remove_const_t<T>>::of(at, given);
  }
};
template <>
struct Argument<bool> {
  static bool of(const Place& at, nb::handle given) { return to_flag(at, given); }
};
template <std::integral T>
struct Argument<T> {
  static T of(const Place& at, nb::handle given) {
    const int64_t least = std::is_unsigned_v<T> ? 0 : static_cast<int64_t>(std::numeric_limits<T>::min());
    const int64_t most = sizeof(T) < 8 ? static_cast<int64_t>(std::numeric_limits<T>::max()) : INT64_MAX;
    return static_cast<T>(to_whole(at, given, least, most));
  }
};
template <>
struct Argument<double> {
  static double of(const Place& at, nb::handle given) { return to_float(at, given); }
};
template <>
struct Argument<std::string> {
  static std::string of(const Place& at, nb::handle given) { return to_text(at, given); }
};
template <>
struct Argument<nb::bytes> {  // A path: lacuna._files.path_of makes it.
  static nb::bytes of(const Place& at, nb::handle given) {
    if (!nb::isinstance<nb::bytes>(given)) wrong_type(at, "bytes", given);
    return nb::borrow<nb::bytes>(given);
  }
};
template <>
struct Argument<Dims> {
  static Dims of(const Place& at, nb::handle given) { return {to_dims(at, given)}; }
};
template <>
struct Argument<Symbol> {
  static Symbol of(const Place& at, nb::handle given) { return to_symbol(given, nullptr, at.where); }
};
template <>
struct Argument<nb::handle> {
  static nb::handle of(const Place&, nb::handle given) { return given; }
};
template <>
struct Argument<nb::object> {
  static nb::object of(const Place&, nb::handle given) { return nb::borrow(given); }
};
template <class T>
struct Argument<std::optional<T>> {
  static std::optional<T> of(const Place& at, nb::handle given) {
    if (given.is_none()) return std::nullopt;
    return Argument<T>::of(at, given);
  }
};
template <class T>
struct Argument<std::vector<T>> {
  static std::vector<T> of(const Place& at, nb::handle given) {
    if constexpr (std::is_same_v<T, Symbol>) return to_symbols(at, given);
    else {
      std::vector<T> result;
      for (const nb::object& one : to_list(at, given)) result.push_back(Argument<T>::of(at, one));
      return result;
    }
  }
};
template <class K, class T>
struct Argument<std::map<K, T>> {
  static std::map<K, T> of(const Place& at, nb::handle given) {
    if (!PyDict_Check(given.ptr())) wrong_type(at, "a dict", given);
    std::map<K, T> result;
    for (const auto& [key, value] : nb::borrow<nb::dict>(given))
      result.emplace(Argument<K>::of(at, key), Argument<T>::of(at, value));
    return result;
  }
};

// The name of a binding, and what its errors start with: the public name.
struct Bound {
  Bound(const char* both) : name(both), where(both) {}
  Bound(const char* bound, const char* public_name) : name(bound), where(public_name) {}
  const char *name, *where;
};

template <class... A>
using Arguments = std::array<const char*, sizeof...(A)>;

template <class A>
decltype(auto) argument(const Place& at, nb::handle given) {
  return Argument<std::remove_cvref_t<A>>::of(at, given);
}

// Any object that Python passes for a T; stubs show T.
template <class T>
struct Given {
  nb::handle value{};
  operator nb::handle() const { return value; }
};
template <class T>
struct InStubs {
  using type = T;
};
template <class T>
struct InStubs<const T*> {
  using type = T;
};
template <>
struct InStubs<Dims> {
  using type = std::vector<std::optional<Dim>>;
};
template <>
struct InStubs<std::optional<Dims>> {
  using type = std::optional<std::vector<std::optional<Dim>>>;
};

template <class A>
using GivenFor = Given<std::remove_cvref_t<A>>;

}  // namespace lacuna::bind

template <class T>
struct nanobind::detail::type_caster<lacuna::bind::Given<T>> {
  using Any = lacuna::bind::Given<T>;
  NB_TYPE_CASTER(Any, make_caster<typename lacuna::bind::InStubs<T>::type>::Name)

  bool from_python(handle given, uint32_t, cleanup_list*) noexcept {
    value.value = given;
    return true;
  }
};

namespace lacuna::bind {

// Calls f with its arguments converted.
template <class R, class... A, size_t... I>
R through_door(R (*f)(A...), const char* where, const Arguments<A...>& names, std::index_sequence<I...>,
               const std::array<nb::handle, sizeof...(A)>& given) {
  return f(argument<A>({where, names[I]}, given[I])...);
}

// Like m.def, with one name for each argument of f. def_method: the first parameter of f is the object.
template <class R, class... A, class... Names>
void def_function(nb::module_& m, const Bound& bound, R (*f)(A...), const Names&... names) {
  static_assert(sizeof...(A) == sizeof...(Names));
  m.def(
      bound.name,
      [f, where = bound.where, all = Arguments<A...>{names.name_...}](GivenFor<A>... given) -> R {
        return through_door(f, where, all, std::index_sequence_for<A...>(), {given.value...});
      },
      names.none()...);
}
template <class F, class... Names>
void def(nb::module_& m, const Bound& bound, const F& f, const Names&... names) {
  def_function(m, bound, +f, names...);
}

// Defines `make(name)` and `make(name, settings)`, which make an object of a kind by its name, and from a
// dict of settings.
template <class T>
void def_make(nb::module_& m, const char* make) {
  def(
      m, {make, T::kind}, [](const std::string& name) { return Arg<T>(name); }, "name"_a);
  def(
      m, {make, T::kind},
      [](const std::string& name, nb::handle settings) {
        return Arg<T>(Registry<T>::make(name, to_settings(name.c_str(), settings)));
      },
      "name"_a, "settings"_a);
}

template <class C, class R, class Self, class... A, class... Names>
void def_method_of(C& c, const Bound& bound, R (*f)(Self, A...), const Names&... names) {
  static_assert(sizeof...(A) == sizeof...(Names));
  c.def(
      bound.name,
      [f, where = bound.where, all = Arguments<A...>{names.name_...}](Self self, GivenFor<A>... given) -> R {
        const auto call = [&]<size_t... I>(std::index_sequence<I...>)->R {
          return f(static_cast<Self>(self), argument<A>({where, all[I]}, given)...);
        };
        return call(std::index_sequence_for<A...>());
      },
      names.none()...);
}
template <class C, class F, class... Names>
void def_method(C& c, const Bound& bound, const F& f, const Names&... names) {
  def_method_of(c, bound, +f, names...);
}

}  // namespace lacuna::bind
