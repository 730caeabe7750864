// Rows of different lengths that all threads make, a block of rows each, and then put together.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "lacuna/base/threads.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna::features {

// The entries of the rows of one block; values are left empty where rows are ids alone.
struct RowsOfBlock {
  std::vector<int64_t> ids{};
  std::vector<double> values{};
  std::vector<size_t> ends{};  // Of each row in ids.

  void end_row() { ends.push_back(ids.size()); }
  void clear() {
    ids.clear();
    values.clear();
    ends.clear();
  }
};

// The first row that failed, whichever thread found it.
class FirstRow {
 public:
  void note(size_t row) {
    size_t before = first_.load(std::memory_order_relaxed);
    while (row < before && !first_.compare_exchange_weak(before, row, std::memory_order_relaxed)) {
    }
  }
  bool is_there() const { return row() != std::numeric_limits<size_t>::max(); }
  size_t row() const { return first_.load(std::memory_order_relaxed); }

 private:
  std::atomic<size_t> first_ = std::numeric_limits<size_t>::max();
};

// Keeps its memory from call to call of make().
class RowBlocks {
 public:
  // Calls make_block(begin, end, block) for the rows of each block.
  template <class Make>
  void make(size_t rows, size_t grain, const Make& make_block) {
    rows_ = rows;
    grain_ = grain;
    firsts_.assign((rows + grain - 1) / grain + 1, 0);
    if (blocks_.size() < count()) blocks_.resize(count());
    parallel_for(rows, grain, [&](size_t begin, size_t end) {
      RowsOfBlock& block = blocks_[begin / grain];
      block.clear();
      make_block(begin, end, block);
    });
    for (size_t i = 0; i < count(); ++i) firsts_[i + 1] = firsts_[i] + blocks_[i].ids.size();
  }

  size_t entries() const { return firsts_.back(); }

  // Writes the ids, and where the rows begin and end: rows + 1 places.
  template <class I>
  void write_ids(std::span<I> ids, std::span<I> indptr) const {
    indptr[0] = 0;
    for_blocks([&](const RowsOfBlock& block, size_t row, size_t entry) {
      for (const size_t end : block.ends) indptr[++row] = static_cast<I>(entry + end);
      for (const int64_t id : block.ids) ids[entry++] = static_cast<I>(id);
    });
  }
  template <class T>
  void write_values(std::span<T> values) const {
    for_blocks([&](const RowsOfBlock& block, size_t, size_t entry) {
      for (const double value : block.values) values[entry++] = static_cast<T>(value);
    });
  }
  void write(Dim columns, DType dtype, tensor::Csr& to) const {
    to.resize(static_cast<Dim>(rows_), columns, entries(), dtype,
              columns > std::numeric_limits<int32_t>::max() ? DType::int64 : DType::int32);
    if (to.index == DType::int64) write_ids(to.indices.as<int64_t>(), to.indptr.as<int64_t>());
    else write_ids(to.indices.as<int32_t>(), to.indptr.as<int32_t>());
    if (dtype == DType::float64) write_values(to.values<double>());
    else write_values(to.values<float>());
  }

 private:
  template <class F>
  void for_blocks(const F& f) const {
    parallel_for(count(), 1, [&](size_t i, size_t) { f(blocks_[i], i * grain_, firsts_[i]); });
  }
  size_t count() const { return firsts_.size() - 1; }

  size_t rows_ = 0, grain_ = 1;
  std::vector<RowsOfBlock> blocks_{};  // The first count() are in use.
  std::vector<size_t> firsts_{0};      // The first entry of each.
};

}  // namespace lacuna::features
