// Copies the rows of a batch next to each other, so that later loops can read them in order and prefetch.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "csr.h"
#include "pages.h"
#include "training.h"

namespace loops {

struct Packed {
  // For batches of `batch` rows of x.
  Packed(const Csr& x, size_t batch) : begin(batch + 1) {
    int64_t longest = 0;
    for (size_t row = 0; row < x.rows; ++row) longest = std::max(longest, x.indptr[row + 1] - x.indptr[row]);
    ids = Pages<int32_t>(batch * static_cast<size_t>(longest));
    values = Pages<float>(ids.size());
  }

  void pack(const Csr& x, const int32_t* rows, size_t n) {
    size_t at = 0;
    for (size_t i = 0; i < n; ++i) {
      x.prefetch(rows[i + Order::kRowsAhead]);
      const int64_t first = x.indptr[rows[i]];
      const auto length = static_cast<size_t>(x.indptr[rows[i] + 1] - first);
      std::memcpy(&ids[at], &x.indices[first], length * sizeof(int32_t));
      std::memcpy(&values[at], &x.data[first], length * sizeof(float));
      begin[i] = static_cast<int32_t>(at);
      at += length;
    }
    begin[n] = static_cast<int32_t>(at);
    nonzeros = at;
  }

  // Beyond `nonzeros` there are ids of an earlier batch or zeros, so a prefetch ahead needs no bounds check.
  Pages<int32_t> ids;
  Pages<float> values;
  std::vector<int32_t> begin;  // Row i has the non-zeros begin[i] … begin[i + 1] - 1.
  size_t nonzeros = 0;
};

}  // namespace loops
