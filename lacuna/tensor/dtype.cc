// Names and sizes of dtypes, and the default one.
#include "lacuna/tensor/dtype.h"

#include <array>
#include <atomic>
#include <ostream>

namespace lacuna {
namespace {

constexpr std::array kNames{"float32", "float64", "int32",  "int64",  "bool",   "int8",
                            "int16",   "uint8",   "uint16", "uint32", "uint64", "string"};
std::atomic<DType> default_float{DType::float32};

}  // namespace

void refuse_strings() { throw InvalidArgument("dtype: numbers are needed here. Received: dtype=string."); }

size_t size_of(DType dtype) {
  if (dtype == DType::string) return sizeof(std::string_view);
  return with_dtype(dtype, [](auto tag) { return sizeof(typename decltype(tag)::type); });
}

const char* name_of(DType dtype) { return kNames[static_cast<size_t>(dtype)]; }

DType dtype_from_name(const std::string& name, bool or_string) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (name != kNames[i]) continue;
    const auto dtype = static_cast<DType>(i);
    LACUNA_REQUIRE(or_string || dtype != DType::string,
                   "dtype: 'string' is a dtype of Input alone. Received: 'string'.");
    return dtype;
  }
  throw InvalidArgument("dtype: unknown name. Received: '", name, "'",
                        nearest(name, {kNames.begin(), kNames.end()}), ".");
}

std::ostream& operator<<(std::ostream& out, DType dtype) { return out << name_of(dtype); }

DType floatx() { return default_float; }

void set_floatx(DType dtype) {
  LACUNA_REQUIRE(is_float(dtype), "set_floatx: floatx must be float32 or float64. Received: floatx=", dtype,
                 ".");
  default_float = dtype;
}

}  // namespace lacuna
