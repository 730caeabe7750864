// The order of columns in the rows of a csr matrix, and how it is put right.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "lacuna/tensor/tensor.h"

namespace lacuna {

// Sorts each row, sums its duplicates (or takes their logical or), and closes the gaps. The matrix has memory
// of its own, which starts at indptr[0] = 0. order, held: memory that is reused.
template <class J, class T>
void put_right(tensor::Csr& a, bool logical, std::vector<std::pair<int64_t, size_t>>& order, Buffer& held) {
  const auto indptr = a.indptr.as<J>(), indices = a.indices.as<J>();
  const auto values = a.values<T>();
  size_t to = 0;
  J begin = indptr[0];
  for (size_t r = 0; r < static_cast<size_t>(a.rows); ++r) {
    const size_t from = static_cast<size_t>(begin), n = static_cast<size_t>(indptr[r + 1] - begin);
    begin = indptr[r + 1];
    const auto columns = indices.subspan(from, n);
    if (to == from &&
        std::adjacent_find(columns.begin(), columns.end(), std::greater_equal<J>()) == columns.end()) {
      to += n;
      continue;
    }
    order.resize(n);
    held.resize(n * sizeof(T));
    const auto row = held.as<T>();
    for (size_t k = 0; k < n; ++k) order[k] = {columns[k], k}, row[k] = values[from + k];
    std::sort(order.begin(), order.end());
    const size_t row_begin = to;
    for (const auto& [column, k] : order) {
      if (to > row_begin && indices[to - 1] == column) {
        T& sum = values[to - 1];
        sum = logical ? std::max(sum, row[k]) : static_cast<T>(sum + row[k]);
      } else {
        indices[to] = static_cast<J>(column);
        values[to++] = row[k];
      }
    }
    indptr[r + 1] = static_cast<J>(to);
  }
  a.data.resize(to * sizeof(T));
  a.indices.resize(to * sizeof(J));
}

}  // namespace lacuna
