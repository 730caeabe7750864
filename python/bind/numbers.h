// An array of NumPy or a matrix of scipy, where a symbol is expected.
#pragma once
#include "python/bind/bind.h"

namespace lacuna::bind {

struct Numbers {
  nb::object object{};
};

// Whether it is one: lists and plain numbers are not, so that a call with a wrong argument stays an error.
inline bool is_numbers(nb::handle value) {
  return nb::hasattr(value, "tocsr") || nb::hasattr(value, "__array_interface__");
}

}  // namespace lacuna::bind

template <>
struct nanobind::detail::type_caster<lacuna::bind::Numbers> {
  NB_TYPE_CASTER(lacuna::bind::Numbers, const_name("numpy.typing.ArrayLike"))

  bool from_python(handle source, uint8_t, cleanup_list*) noexcept {
    if (!lacuna::bind::is_numbers(source)) return false;
    value.object = borrow(source);
    return true;
  }
  static handle from_cpp(const lacuna::bind::Numbers& numbers, rv_policy, cleanup_list*) noexcept {
    return numbers.object.inc_ref();
  }
};
