// Recognizes a NumPy array or a scipy matrix where a symbol is expected.
#pragma once
#include "python/bind/bind.h"

namespace lacuna::bind {

// Whether it is one: lists and plain numbers are not, so that a call with a wrong argument stays an error.
inline bool is_numbers(nb::handle value) {
  return nb::hasattr(value, "tocsr") || nb::hasattr(value, "__array_interface__");
}

}  // namespace lacuna::bind
