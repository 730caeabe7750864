// Values of any dtype to values of a dtype of the graph.
#pragma once
#include <cstddef>

#include "lacuna/tensor/dtype.h"

namespace lacuna::data {

// Converts n values. Returns n, or the place of the first value that the other dtype cannot hold: an integer
// dtype takes whole numbers within its range only.
using Convert = size_t (*)(const std::byte* from, std::byte* to, size_t n);

// `to` is float32, float64, int32 or int64.
Convert converter(DType from, DType to);

// f(tag) for the dtypes of the graph.
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
