// Rows of several blocks, one after another, in one tensor for each part.
#pragma once
#include <vector>

#include "lacuna/data/dataset.h"
#include "lacuna/data/growing.h"

namespace lacuna::data {

class GatheredRows {
 public:
  explicit GatheredRows(const Schema& schema);

  // Adds rows [begin, end) of the block.
  void append(const RowBlock& block, Dim begin, Dim end);
  void clear();

  Dim rows() const { return rows_; }
  size_t bytes() const;
  // What the rows of the block would add to that.
  size_t bytes_of(const RowBlock& block) const;

  // The tensors, which own their memory; afterwards there are no rows.
  std::vector<Tensor> take();
  // The tensors, valid until rows are added or cleared: so memory is used again.
  std::vector<Tensor> view();

 private:
  struct Column {
    Growing<std::byte> memory{};
    size_t used = 0, capacity = 0;

    std::byte* add(size_t bytes);
    Buffer take();
    Buffer view() { return Buffer::view(memory.data(), used, nullptr); }
  };
  struct Part {
    Spec spec;
    size_t row_bytes = 0;  // Of a dense part.
    DType index = DType::int32;
    size_t entries = 0;
    Column values{}, indices{}, indptr{};
    Buffer ends{};  // Of a view: indptr in its type.
  };
  void append(Part& part, const tensor::Csr& from, size_t begin, size_t end);
  void write_ends(Part& part, Buffer& to) const;
  template <class BufferOf, class Ends>
  std::vector<Tensor> tensors(const BufferOf& buffer, const Ends& ends);

  std::vector<Part> parts_{};
  Dim rows_ = 0;
};

}  // namespace lacuna::data
