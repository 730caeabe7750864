// Minibatches out of a user's array: rows picked by number and copied into a batch that is used again.
#pragma once
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/tensor/tensor.h"

namespace lacuna::data {

// When a csr matrix is checked: as a whole at once, where a training step must not come before the error, or
// batch by batch, which saves a pass over the matrix. The error is the same.
enum class Check : uint8_t { whole, by_batch };

// A user's array, dense (rank 1 and up) or csr, of any dtype; a csr view may start above 0. It is never
// written. Its memory is shared: another thread may write it at any time, and then a batch holds old and new
// values mixed, or an error is thrown. So a batch is checked after it is packed. Not for several threads at
// once.
class Rows {
 public:
  // `argument_name` starts every message. With `ids_only`, float values are refused.
  Rows(Tensor user, std::string argument_name, bool ids_only = false, Check check = Check::whole);

  Dim count() const { return count_; }
  const std::string& name() const { return name_; }
  const Tensor& tensor() const { return user_; }

  // Copies these rows to `out`, in wanted.dtype (float32, float64, int32 or int64) and wanted.storage (dense
  // or csr); wanted.shape is not looked at. A csr batch starts at indptr 0, is sorted and unique in a row
  // (duplicates are summed), and has int32 indices, int64 from 2^31 columns on. Stored zeros stay; zeros of a
  // dense array are left out of a csr batch, NaN is not. Throws OutOfRange for a column or row that does not
  // exist and InvalidArgument for row pointers that do not hold or a value that an integer dtype cannot hold;
  // `out` is undefined then.
  void pack(std::span<const int64_t> rows, const Spec& wanted, Tensor& out);

  // The rows begin, …, end - 1. Of a dense array of wanted.dtype, a float, `out` becomes a view, which lives
  // as long as that array does; of a sorted csr matrix of wanted.dtype its values do. What is a view may
  // change between two looks: whoever counts in it before it fills must heed that.
  void pack_range(Dim begin, Dim end, const Spec& wanted, Tensor& out);

 private:
  // The rows of a batch: by number, or one after another where `ids` is null.
  struct Pick {
    const int64_t* ids;
    int64_t begin;
    size_t count;
    int64_t operator[](size_t i) const { return ids ? ids[i] : begin + static_cast<int64_t>(i); }
    bool repeats() const;  // Whether a row is picked twice.
  };

  void pack(const Pick& pick, const Spec& wanted, Tensor& out);
  void pack_dense(const Pick& pick, DType dtype, tensor::Dense& out);
  void pack_csr(const Pick& pick, DType dtype, tensor::Csr& out);
  template <class I, class J>
  int64_t pack_pointers(const Pick& pick, tensor::Csr& out);
  template <class I, class J>
  void pack_entries(const Pick& pick, DType dtype, tensor::Csr& out);
  void explain() const;  // Throws if the matrix was not right from the start.
  [[noreturn]] void bad_value(DType dtype, size_t position) const;
  template <class I, class J>
  [[noreturn]] void bad_column(const Pick& pick, const tensor::Csr& batch) const;

  Tensor user_;
  std::string name_;
  Dim count_ = 0;
  bool whole_ = true;   // The matrix was checked.
  bool sorted_ = true;  // No row was found that must be put right.

  // Used again from batch to batch.
  std::vector<int64_t> starts_{};                    // Of the rows of a batch, in the user's array.
  std::vector<std::pair<int64_t, size_t>> order_{};  // The columns of an unsorted row and where they stood.
  Buffer held_{};                                    // Its values.
  Tensor between_{};                                 // A batch on its way from dense to csr, or back.
};

}  // namespace lacuna::data
