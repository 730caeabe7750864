// Helpers for the tests of ops: tensors from literals, and runs of graphs.
#pragma once
#include <string>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/base/testing.h"
#include "lacuna/graph/plan.h"
#include "lacuna/graph/variable.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna::test {

template <class T = float>
Tensor dense(const Shape& shape, const std::vector<T>& values) {
  return tensor::Dense::of<T>(shape, values);
}

template <class T = float>
Tensor random_dense(const Shape& shape, uint64_t seed, double zeros = 0) {
  Generator random(seed);
  std::vector<T> values(static_cast<size_t>(size_of(shape)));
  for (T& v : values) v = random.uniform() < zeros ? T(0) : static_cast<T>(random.normal());
  return dense<T>(shape, values);
}

inline Tensor csr(const Tensor& x) { return to_csr(x); }

// csr with int64 indices, for more columns than a dense matrix can have.
inline Tensor wide_csr(Dim rows, Dim columns, const std::vector<int64_t>& indptr,
                       const std::vector<int64_t>& indices, const std::vector<float>& values) {
  tensor::Csr x;
  x.resize(rows, columns, values.size(), DType::float32, DType::int64);
  std::ranges::copy(values, x.values<float>().begin());
  std::ranges::copy(indices, x.indices.as<int64_t>().begin());
  std::ranges::copy(indptr, x.indptr.as<int64_t>().begin());
  return x;
}

// A placeholder for tensors like x, of any first dimension.
inline Symbol input(const Tensor& x) {
  Spec spec = x.spec();
  if (!spec.shape.empty()) spec.shape[0] = None;
  return placeholder(spec, "x");
}

struct Mode {
  bool training = false;
  int64_t step = 0;
  uint64_t seed = 0;
};

// The results, copied out.
inline std::vector<Tensor> run(const std::vector<Symbol>& outputs, const std::vector<Symbol>& inputs,
                               const std::vector<Tensor>& feeds, Mode mode = {}) {
  Plan plan(inputs, outputs, mode.training);
  std::vector<const Tensor*> pointers;
  for (const Tensor& feed : feeds) pointers.push_back(&feed);
  plan.run(pointers, mode.step, mode.seed);
  std::vector<Tensor> results;
  for (size_t i = 0; i < outputs.size(); ++i) results.push_back(plan.output(i).copy());
  return results;
}

// All values, in the order of a dense tensor.
template <class T = float>
std::vector<T> values(const Tensor& x) {
  const tensor::Dense full = to_dense(x);
  return {full.values<T>().begin(), full.values<T>().end()};
}

}  // namespace lacuna::test
