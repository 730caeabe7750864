// Minibatches from a user's array: selected rows are copied into a batch whose memory is reused.
#pragma once
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

// When a csr matrix is checked. whole: at once, so that an error is found before the first training step.
// by_batch: as batches are packed, which saves a pass over the matrix. The errors are the same. in_place: by
// batch, of memory that nobody writes, so that the columns of a range need not be copied before.
enum class Check : uint8_t { whole, by_batch, in_place };

// A user's array of any dtype, dense (rank 1 and up) or csr, whose indptr may start above 0. It is never
// written here. Its memory is shared: another thread may write to it at any time, and then a batch mixes old
// and new values, or an error is thrown. So a batch is checked after it is packed. Not thread-safe.
class Rows {
 public:
  // `argument_name` starts every message. With `ids_only`, float values are an error.
  Rows(Tensor user, std::string argument_name, bool ids_only = false, Check check = Check::whole);

  Dim count() const { return count_; }
  const std::string& name() const { return name_; }
  const Tensor& tensor() const { return user_; }

  // Copies these rows to `out`, in wanted.dtype (float32, float64, int32 or int64) and wanted.storage (dense
  // or csr); wanted.shape is ignored. A csr batch starts at indptr 0, is sorted and unique in a row
  // (duplicates are summed), and has int32 indices, int64 from 2^31 columns on. Stored zeros stay; a csr
  // batch of a dense array leaves out zeros, but not NaN. Throws OutOfRange for a column or row that does not
  // exist, and InvalidArgument for invalid row pointers or a value that an integer dtype cannot hold; `out`
  // is undefined then.
  void pack(std::span<const int64_t> rows, const Spec& wanted, Tensor& out);

  // Packs the rows begin, …, end - 1. If the array is dense and of wanted.dtype, a float dtype, `out` becomes
  // a view, which is valid as long as the array. If it is a sorted csr matrix of wanted.dtype, out's values
  // become a view, and with Check::in_place its columns too. A view may change between two reads: code that
  // first counts values and then copies them must allow for that.
  void pack_range(Dim begin, Dim end, const Spec& wanted, Tensor& out);

 private:
  // The rows of a batch: `ids`, or, if ids is null, consecutive rows from `begin` on.
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
  void explain() const;  // Throws if a check of the whole matrix finds an error.
  [[noreturn]] void bad_value(DType dtype, size_t position) const;
  template <class I, class J>
  [[noreturn]] void bad_column(const Pick& pick, const tensor::Csr& batch) const;

  Tensor user_;
  std::string name_;
  Dim count_ = 0;
  Check check_ = Check::whole;
  bool sorted_ = true;  // No unsorted or duplicate columns were found so far.

  // Reused from batch to batch.
  std::vector<int64_t> starts_{};                    // Where each row of a batch starts in the user's array.
  std::vector<std::pair<int64_t, size_t>> order_{};  // The columns of an unsorted row and their places.
  Buffer held_{};                                    // Its values.
  Tensor between_{};                                 // A batch before it is converted to csr or dense.
};

}  // namespace data
}  // namespace lacuna
