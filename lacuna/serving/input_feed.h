// Brings what a caller gives for one input to the form that plans take: checked, and where it has that form
// already, not copied.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/serving/predictor.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna::serving {

class InputFeed {
 public:
  // spec: of the input. id_limit: ids must be below it; 0: they are no ids.
  InputFeed(std::string name, Spec spec, Dim id_limit);

  // Storage and dtype of the tensor that put() gives for it. Throws InvalidArgument if it does not fit.
  Spec wanted(const PredictorInput& given) const;
  // Valid until the next call, as long as the caller's memory.
  const Tensor& put(size_t rows, const PredictorInput& given);

 private:
  void put_dense(size_t rows, const PredictorInput& given, DType dtype);
  template <class From, class To>
  void convert(std::span<const From> from);
  void check_ids(std::span<const int64_t> ids, size_t rows) const;
  template <class I>
  void put_csr(size_t rows, const PredictorInput& given);
  template <class I, class J>
  void put_entries(size_t rows, const PredictorInput& given);
  template <class From>
  void put_values(std::span<const From> values, size_t begin, size_t end, bool copies);
  template <class J>
  void sort_rows();
  [[noreturn]] void wrong(const std::string& must, const std::string& received) const;

  std::string name_;
  Spec spec_;
  Dim id_limit_;
  Tensor dense_{tensor::Dense{}}, csr_{tensor::Csr{}}, as_csr_{tensor::Csr{}};
  Buffer values_{}, indices_{}, indptr_{}, held_{};
  std::vector<std::pair<int64_t, size_t>> order_{};
};

}  // namespace lacuna::serving
