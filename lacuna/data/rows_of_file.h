// The rows of an array or a csr matrix in a file, which are taken one after another.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/data/array_stream.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna::data {

class MappedArrays;

// Not thread-safe. Each function may throw InvalidArgument if the file is damaged.
class RowsOfFile {
 public:
  RowsOfFile() = default;
  virtual ~RowsOfFile() = default;
  RowsOfFile(const RowsOfFile&) = delete;
  RowsOfFile& operator=(const RowsOfFile&) = delete;

  virtual Spec spec() const = 0;                                 // With the number of rows.
  virtual uint64_t bytes() const = 0;                            // Of all rows in memory, about.
  virtual std::vector<std::string> names() const { return {}; }  // Of the columns, if they are known.
  virtual void skip(Dim rows) = 0;
  // How many of the next rows, at most `most`, take no more than `bytes`; one at least.
  virtual Dim enough(Dim most, size_t bytes) = 0;
  virtual Tensor take(Dim rows) = 0;
  virtual void end() = 0;  // After the last row.

  // Maps the file, so that its rows can be read in any order; none if that is not possible.
  using Mapping = std::function<std::unique_ptr<MappedArrays>(const char* where)>;
  const Mapping& mapping() const { return mapping_; }
  void set_mapping(Mapping mapping) { mapping_ = std::move(mapping); }

 private:
  Mapping mapping_{};
};

class DenseRows : public RowsOfFile {
 public:
  // what: the start of error messages, "npz: x.npy". Throws InvalidArgument unless it has numbers, and rows.
  DenseRows(const std::string& what, std::unique_ptr<ArrayStream> array);

  Spec spec() const override { return {array_->shape(), *array_->dtype(), Storage::dense}; }
  uint64_t bytes() const override;
  void skip(Dim rows) override { array_->skip(static_cast<size_t>(rows) * width_); }
  Dim enough(Dim most, size_t bytes) override;
  Tensor take(Dim rows) override;
  void end() override { array_->end(); }

 private:
  std::unique_ptr<ArrayStream> array_;
  size_t width_ = 1;  // Values of a row.
};

// A csr matrix as scipy has it.
struct CsrArrays {
  std::unique_ptr<ArrayStream> data{}, indices{}, indptr{};
  Dim rows = 0, columns = 0;
  std::function<std::vector<std::string>()> names{};  // Reads those of the columns; none: not known.
};

class CsrRows final : public RowsOfFile {
 public:
  // wrong: throws InvalidArgument, that it must be a csr matrix, and what was received. Reads the first row
  // pointer. Columns are not checked.
  using Wrong = std::function<void(const std::string& received)>;
  CsrRows(Wrong wrong, CsrArrays arrays);

  Spec spec() const override { return {{rows_, columns_}, *data_->dtype(), Storage::csr}; }
  uint64_t bytes() const override;
  std::vector<std::string> names() const override;
  void skip(Dim rows) override;
  Dim enough(Dim most, size_t bytes) override;
  Tensor take(Dim rows) override;
  void end() override;

 private:
  void read_ends(size_t count);
  int64_t next_pointer(int64_t before);

  Wrong wrong_;
  std::unique_ptr<ArrayStream> data_, indices_, indptr_;
  Dim rows_, columns_;
  std::function<std::vector<std::string>()> names_;
  int64_t last_ = 0;             // Where the next row begins.
  std::vector<int64_t> ends_{};  // Of the rows after it, as far as they were read.
};

// Those of a file of numpy.save (npz.cc).
std::unique_ptr<RowsOfFile> npy_rows(const char* where, const std::string& path);

// The next value of an array of int32 or int64.
int64_t next_whole(ArrayStream& array);

}  // namespace lacuna::data
