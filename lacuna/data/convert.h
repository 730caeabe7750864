// Converts values of any dtype to one of the dtypes that the graph computes with.
#pragma once
#include <cstddef>

#include "lacuna/tensor/dtype.h"

namespace lacuna::data {

// Converts n values. Returns n, or the index of the first value that the target dtype cannot hold: an integer
// dtype holds only whole numbers within its range.
using Convert = size_t (*)(const std::byte* from, std::byte* to, size_t n);

// `to` is float32, float64, int32 or int64, or both are string.
Convert converter(DType from, DType to);

// Calls f(Tag<T>()) for the C++ type T of a dtype of the graph. Throws InvalidArgument for other dtypes.
template <class F>
decltype(auto) with_graph_dtype(DType dtype, F&& f) {
  switch (dtype) {
    case DType::float32:
      return f(Tag<float>{});
    case DType::float64:
      return f(Tag<double>{});
    case DType::int32:
      return f(Tag<int32_t>{});
    case DType::int64:
      return f(Tag<int64_t>{});
    default:
      throw InvalidArgument("dtype must be float32, float64, int32 or int64. Received: dtype=", dtype, ".");
  }
}

}  // namespace lacuna::data
