// What fit, evaluate and predict take: views of a user's arrays. Nothing is copied; the memory must outlive
// the call.
#pragma once
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {

// A csr matrix by scipy's names: csr_matrix x{data, indices, indptr, {rows, columns}}. The first three are
// spans.
template <class V = float, class I = int32_t>
struct csr_matrix {
  std::span<const V> data;
  std::span<const I> indices;
  std::span<const I> indptr;
  std::pair<Dim, Dim> shape;
};
template <class V, class I>  // clang 14 has no deduction for aggregates
csr_matrix(std::span<const V>, std::span<const I>, std::span<const I>, std::pair<Dim, Dim>)->csr_matrix<V, I>;

// A dense row-major array of any rank; axis 0 is the rows: array x{values, {rows, columns}}.
template <class V>
struct array {
  std::span<const V> data;
  Shape shape;
};
template <class V>
array(std::span<const V>, Shape) -> array<V>;

class Array {
 public:
  Array() = default;
  Array(Tensor tensor) : tensor_(std::move(tensor)), given_(true) {}
  Array(tensor::Dense dense) : Array(Tensor(std::move(dense))) {}
  Array(tensor::Csr csr) : Array(Tensor(std::move(csr))) {}

  template <class V, class I>
  Array(const csr_matrix<V, I>& m) : given_(true) {
    tensor::Csr csr{
        .dtype = dtype_of<V>(), .rows = m.shape.first, .columns = m.shape.second, .index = dtype_of<I>()};
    csr.data = Buffer::view(m.data.data(), m.data.size_bytes(), nullptr);
    csr.indices = Buffer::view(m.indices.data(), m.indices.size_bytes(), nullptr);
    csr.indptr = Buffer::view(m.indptr.data(), m.indptr.size_bytes(), nullptr);
    tensor_ = std::move(csr);
  }
  template <class V>
  Array(const array<V>& a) : given_(true) {
    LACUNA_REQUIRE(size_of(a.shape) == static_cast<Dim>(a.data.size()),
                   "array: values must fill the shape. Received: shape=", to_string(a.shape),
                   ", values=", a.data.size(), ".");
    tensor_ =
        tensor::Dense{dtype_of<V>(), a.shape, Buffer::view(a.data.data(), a.data.size_bytes(), nullptr)};
  }
  template <class V>
  Array(const std::vector<V>& values)  // One value per row.
      : Array(array<V>{values, {static_cast<Dim>(values.size())}}) {}

  bool given() const { return given_; }
  const Tensor& tensor() const { return tensor_; }

 private:
  Tensor tensor_{};
  bool given_ = false;
};

// A single array, a list with one for each input or output, or arrays by input or output name.
class Arrays {
 public:
  Arrays() = default;
  template <class A>
  requires std::convertible_to<const A&, Array> Arrays(const A& one) { list.emplace_back(one); }
  Arrays(std::vector<Array> arrays) : list(std::move(arrays)) {}
  Arrays(std::initializer_list<Array> arrays) : list(arrays) {}
  Arrays(std::map<std::string, Array> arrays) : named(std::move(arrays)) {}

  // Whether at least one array is given.
  bool given() const {
    return std::ranges::any_of(list, &Array::given) ||
           std::ranges::any_of(named, [](const auto& entry) { return entry.second.given(); });
  }

  std::vector<Array> list{};
  std::map<std::string, Array> named{};
};

}  // namespace lacuna
