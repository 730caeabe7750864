// The types of values. Tensors of the graph are float32, float64, int32, int64 or, in front of the layers
// that turn words into numbers, string; the others are what a user's arrays may hold, and are converted as
// rows are packed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "lacuna/base/error.h"

namespace LACUNA_EXPORT lacuna {

enum class DType : uint8_t {
  float32,
  float64,
  int32,
  int64,  // The types up to here: in the graph.
  boolean,
  int8,
  int16,
  uint8,
  uint16,
  uint32,
  uint64,  // The others: only in a user's arrays.
  string   // UTF-8, as std::string_view: the bytes belong to the array or to the vocabulary.
};

// Throws InvalidArgument: where numbers are computed with, strings cannot be.
[[noreturn]] void refuse_strings();

// C++ types of numbers as values: with_dtype(t, [](auto tag) { using T = typename decltype(tag)::type; … }).
template <class T>
using Tag = std::type_identity<T>;

template <class F>
decltype(auto) with_dtype(DType dtype, F&& f) {
  switch (dtype) {
    case DType::float32:
      return f(Tag<float>{});
    case DType::float64:
      return f(Tag<double>{});
    case DType::int32:
      return f(Tag<int32_t>{});
    case DType::int64:
      return f(Tag<int64_t>{});
    case DType::boolean:
      return f(Tag<bool>{});
    case DType::int8:
      return f(Tag<int8_t>{});
    case DType::int16:
      return f(Tag<int16_t>{});
    case DType::uint8:
      return f(Tag<uint8_t>{});
    case DType::uint16:
      return f(Tag<uint16_t>{});
    case DType::uint32:
      return f(Tag<uint32_t>{});
    case DType::uint64:
      break;
    case DType::string:
      refuse_strings();
  }
  return f(Tag<uint64_t>{});
}

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>) return DType::float32;
  else if constexpr (std::is_same_v<T, double>) return DType::float64;
  else if constexpr (std::is_same_v<T, bool>) return DType::boolean;
  else if constexpr (std::is_same_v<T, std::string_view>) return DType::string;
  else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>)
    return sizeof(T) == 1   ? DType::int8
           : sizeof(T) == 2 ? DType::int16
           : sizeof(T) == 4 ? DType::int32
                            : DType::int64;
  else {
    static_assert(std::is_integral_v<T>, "no DType for this type");
    return sizeof(T) == 1   ? DType::uint8
           : sizeof(T) == 2 ? DType::uint16
           : sizeof(T) == 4 ? DType::uint32
                            : DType::uint64;
  }
}

constexpr bool is_float(DType dtype) { return dtype == DType::float32 || dtype == DType::float64; }

size_t size_of(DType dtype);
const char* name_of(DType dtype);  // "float32"; NumPy's words
// Throws for an unknown one, naming the nearest; and for "string" unless `or_string`.
DType dtype_from_name(const std::string& name, bool or_string = false);
std::ostream& operator<<(std::ostream& out, DType dtype);

// For kernels of float32 and float64 alone; any other dtype is an error that names `where`.
template <class F>
decltype(auto) with_float(const char* where, DType dtype, F&& f) {
  if (dtype == DType::float64) return f(Tag<double>{});
  LACUNA_REQUIRE(dtype == DType::float32, where, ": dtype must be float32 or float64. Received: ", dtype,
                 ".");
  return f(Tag<float>{});
}

// The dtype of weights and inputs if none is given: float32 unless set to float64.
DType floatx();
void set_floatx(DType dtype);

}  // namespace lacuna
