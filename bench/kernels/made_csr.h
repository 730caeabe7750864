// Makes a csr matrix for benchmarks, always the same for a given shape.
#pragma once
#include <algorithm>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna::bench {

// Each row has `per_row` entries, one in each of as many equal ranges of columns, so that they are sorted and
// unique.
template <class T, class I>
tensor::Csr made_csr(Dim rows, Dim columns, Dim per_row) {
  tensor::Csr made;
  made.resize(rows, columns, static_cast<size_t>(rows * per_row), dtype_of<T>(), dtype_of<I>());
  Generator random(1);
  const Dim part = columns / per_row;
  const auto indices = made.indices.as<I>(), indptr = made.indptr.as<I>();
  for (size_t k = 0; k < indices.size(); ++k)
    indices[k] = static_cast<I>(static_cast<Dim>(k) % per_row * part +
                                static_cast<Dim>(random.below(static_cast<uint64_t>(part))));
  for (size_t r = 0; r < indptr.size(); ++r) indptr[r] = static_cast<I>(static_cast<Dim>(r) * per_row);
  for (T& value : made.values<T>()) value = static_cast<T>(random.uniform());
  return made;
}

template <class T>
tensor::Dense made_dense(const Shape& shape) {
  tensor::Dense made;
  made.resize(shape, dtype_of<T>());
  Generator random(2);
  for (T& value : made.values<T>()) value = static_cast<T>(4 * random.uniform() - 2);
  return made;
}

// `count` unique ids below `limit`, in random order.
inline std::vector<int64_t> made_ids(size_t count, int64_t limit) {
  std::vector<int64_t> ids(count);
  const int64_t part = limit / static_cast<int64_t>(count);
  Generator random(3);
  for (size_t i = 0; i < count; ++i)
    ids[i] = static_cast<int64_t>(i) * part + static_cast<int64_t>(random.below(static_cast<uint64_t>(part)));
  random.shuffle(std::span(ids));
  return ids;
}

}  // namespace lacuna::bench
