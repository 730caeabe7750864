// Views of a user's arrays.
#include "lacuna/tensor/tensor.h"

#include <nanobind/ndarray.h>
#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>

#include "python/bind/convert.h"

namespace lacuna::bind {
namespace {

// Takes read-only arrays as they are, but none with strides: that would need a silent copy.
using AnyArray = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;

DType dtype_of_array(const AnyArray& a, const char* argument) {
  const nb::dlpack::dtype t = a.dtype();
  for (const DType dtype :
       {DType::float32, DType::float64, DType::int32, DType::int64, DType::boolean, DType::int8, DType::int16,
        DType::uint8, DType::uint16, DType::uint32, DType::uint64})
    if (with_dtype(dtype, [&](auto tag) { return nb::dtype<typename decltype(tag)::type>() == t; }))
      return dtype;
  throw InvalidArgument("array: ", argument, " must hold numbers of at most 64 bits. Received: dtype code ",
                        int{t.code}, ", bits=", int{t.bits}, ".");
}

Buffer view(const AnyArray& a) { return Buffer::view(a.data(), a.nbytes(), nullptr); }

ArrayHandle dense(const nb::object& array) {
  const auto a = nb::cast<AnyArray>(array, false);
  tensor::Dense dense{.dtype = dtype_of_array(a, "values")};
  for (size_t i = 0; i < a.ndim(); ++i) dense.shape.push_back(static_cast<Dim>(a.shape(i)));
  dense.data = view(a);
  return {Array(std::move(dense)), {array}};
}

ArrayHandle csr(std::pair<Dim, Dim> shape, const nb::object& data, const nb::object& indices,
                const nb::object& indptr) {
  const auto values = nb::cast<AnyArray>(data, false), columns = nb::cast<AnyArray>(indices, false),
             rows = nb::cast<AnyArray>(indptr, false);
  const DType index = dtype_of_array(columns, "indices");
  LACUNA_REQUIRE((index == DType::int32 || index == DType::int64) && dtype_of_array(rows, "indptr") == index,
                 "csr: indices and indptr must both be int32 or both be int64. Received: indices ", index,
                 ", indptr ", dtype_of_array(rows, "indptr"), ".");
  tensor::Csr csr{
      .dtype = dtype_of_array(values, "data"), .rows = shape.first, .columns = shape.second, .index = index};
  csr.data = view(values);
  csr.indices = view(columns);
  csr.indptr = view(rows);
  return {Array(std::move(csr)), {data, indices, indptr}};
}

bool all_finite(const tensor::Csr& csr) {
  return with_dtype(csr.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_floating_point_v<T>)
      return std::ranges::all_of(csr.data.as<T>(), [](T value) { return std::isfinite(value); });
    return true;
  });
}

nb::object address(const Buffer& buffer) { return nb::cast(reinterpret_cast<uintptr_t>(buffer.data())); }

}  // namespace

void bind_tensor(nb::module_& m) {
  nb::class_<ArrayHandle>(m, "Array")
      .def_prop_ro("shape", [](const ArrayHandle& a) { return from_shape(a.array.tensor().shape()); })
      .def_prop_ro("dtype",
                   [](const ArrayHandle& a) { return std::string(name_of(a.array.tensor().dtype())); })
      .def_prop_ro("storage",
                   [](const ArrayHandle& a) { return std::string(name_of(a.array.tensor().storage())); })
      .def_prop_ro(
          "addresses",
          [](const ArrayHandle& a) {
            nb::dict result;
            const Tensor& t = a.array.tensor();
            if (t.storage() == Storage::dense) {
              result["data"] = address(t.dense().data);
              return result;
            }
            result["data"] = address(t.csr().data);
            result["indices"] = address(t.csr().indices);
            result["indptr"] = address(t.csr().indptr);
            return result;
          },
          "Where the library reads: in the user's memory.");
  m.def("dense", &dense, "array"_a, "A view of a C-contiguous array of NumPy.");
  m.def(
      "one_row",
      [](Dim columns, const nb::object& data, const nb::object& indices,
         const nb::object& indptr) -> std::optional<ArrayHandle> {
        ArrayHandle row = csr({1, columns}, data, indices, indptr);
        if (!all_finite(row.array.tensor().csr())) return std::nullopt;
        return row;
      },
      "columns"_a, "data"_a, "indices"_a, "indptr"_a,
      "A view of a csr matrix of one row; None if its values are not all finite.");
  m.def(
      "csr",
      [](const nb::tuple& shape, const nb::object& data, const nb::object& indices,
         const nb::object& indptr) {
        const Shape s = to_shape(shape);
        LACUNA_REQUIRE(s.size() == 2, "csr: the matrix must have rank 2. Received: shape=", to_string(s),
                       ".");
        return csr({s[0], s[1]}, data, indices, indptr);
      },
      "shape"_a, "data"_a, "indices"_a, "indptr"_a, "A view of the arrays of a csr matrix.");
}

}  // namespace lacuna::bind
