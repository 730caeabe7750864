// Rows of several blocks, one after another, in one tensor for each part.
#pragma once
#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "lacuna/data/dataset.h"
#include "lacuna/data/gathered_column.h"

namespace lacuna::data {

class GatheredRows {
 public:
  explicit GatheredRows(const Schema& schema);

  // Adds rows [begin, end) of the block.
  void append(const RowBlock& block, Dim begin, Dim end);
  void clear();

  Dim rows() const { return rows_; }
  // As bytes_of_rows counts them.
  size_t bytes() const;

  // The tensors, which own their memory; afterwards there are no rows.
  std::vector<Tensor> take();
  // The same, but their memory is used again when they and their copies are gone.
  std::vector<Tensor> lend();
  // The tensors, valid until rows are added or cleared.
  std::vector<Tensor> view();

  // Adds rows whose parts are written one by one: of each part in its place, then the rows. I: the type of
  // the part's indices. ends: of the rows, from 0; the first is that of no row.
  template <class I>
  I* add_pattern(size_t part, std::span<const uint32_t> ends) {
    write_ends(parts_[part], ends);
    return reinterpret_cast<I*>(parts_[part].indices.add(ends.back() * sizeof(I)));
  }
  // Room for values of the entries of csr, or of a dense part.
  template <class T>
  T* add_values(size_t part, size_t count) {
    if (parts_[part].ones) write_ones(parts_[part], count);
    return reinterpret_cast<T*>(parts_[part].values.add(count * sizeof(T)));
  }
  template <class T>
  void add_ones(size_t part, size_t count) {
    if (!parts_[part].ones) std::fill_n(add_values<T>(part, count), count, T{1});
  }
  // The same of strings; ends: of the texts, from 0. Returns where their bytes go.
  char* add_strings(size_t part, std::span<const uint32_t> ends);
  void add_rows(Dim rows) { rows_ += rows; }

 private:
  struct Part {
    Spec spec;
    size_t row_bytes = 0;  // Of a dense part.
    DType index = DType::int32;
    size_t entries = 0;
    bool ones = false;  // Of csr: all values are 1 and are not in memory.
    // Of strings: values are their bytes, one text after another, and indptr tells where each ends; views are
    // made when the rows are handed out, since bytes move while they grow.
    GatheredColumn values{}, indices{}, indptr{}, views{};
    Buffer ends{};      // Of a view: indptr in its type.
    Buffer all_ones{};  // Lent as values; what is lent is not written again.
    size_t ones_written = 0;
  };
  void append(Part& part, const tensor::Csr& from, size_t begin, size_t end);
  static void append(Part& part, std::span<const std::string_view> texts);
  static Buffer values_of(Part& part, Buffer (*hand_out)(GatheredColumn&));
  static Buffer strings(Part& part, Buffer bytes, Buffer (*hand_out)(GatheredColumn&));
  void write_ends(Part& part, std::span<const uint32_t> ends);
  void write_ones(Part& part, size_t unwritten);
  Buffer lend_ones(Part& part);
  void write_pointers(Part& part, Buffer& to) const;
  Buffer pointers_of(Part& part) const;
  template <class Values, class Indices, class Pointers>
  std::vector<Tensor> tensors(const Values& values, const Indices& indices, const Pointers& pointers);

  std::vector<Part> parts_{};
  Dim rows_ = 0;
};

}  // namespace lacuna::data
