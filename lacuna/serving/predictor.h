// Predictor: a model from a file that export wrote, for programs that only predict. It computes the bits that
// predict computes, is shared by any number of threads, and takes no memory in calls once it is warm. The
// header needs nothing but the standard library; the library lacuna::predictor has neither HDF5 nor TBB.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

// The rows of one input: views of memory that the caller keeps during the call.
class PredictorInput {
 public:
  enum class Type : uint8_t { float32, float64, int32, int64, string };

  // Values row by row: numbers, ids or texts. A row has as many as the input's shape says.
  PredictorInput(std::span<const float> values)
      : PredictorInput(Type::float32, values.data(), values.size()) {}
  PredictorInput(std::span<const double> values)
      : PredictorInput(Type::float64, values.data(), values.size()) {}
  PredictorInput(std::span<const int32_t> values)
      : PredictorInput(Type::int32, values.data(), values.size()) {}
  PredictorInput(std::span<const int64_t> values)
      : PredictorInput(Type::int64, values.data(), values.size()) {}
  PredictorInput(std::span<const std::string_view> texts)
      : PredictorInput(Type::string, texts.data(), texts.size()) {}

  // csr: row r holds data[k] at column indices[k] for k from indptr[r] up to indptr[r + 1]. Columns may be in
  // any order, and those that repeat in a row are summed. No data: all entries are 1.
  template <class Index, class Value = float>
  static PredictorInput csr(std::span<const Index> indptr, std::span<const Index> indices,
                            std::span<const Value> data = {}) {
    static_assert(sizeof(Index) == 4 || sizeof(Index) == 8, "columns are int32 or int64");
    static_assert(sizeof(Value) == 4 || sizeof(Value) == 8, "values are float or double");
    PredictorInput result(sizeof(Value) == 4 ? Type::float32 : Type::float64, data.data(), data.size());
    result.indices_ = indices.data();
    result.indptr_ = indptr.data();
    result.entries_ = indices.size();
    result.pointers_ = indptr.size();
    result.wide_ = sizeof(Index) == 8;
    result.is_csr_ = true;
    return result;
  }

  // The rows begin, …, end - 1 of all, of which there are so many.
  PredictorInput rows(size_t begin, size_t end, size_t all) const;

  bool is_csr() const { return is_csr_; }
  Type type() const { return type_; }  // Of the values.
  template <class T>
  std::span<const T> values() const {
    return {static_cast<const T*>(values_), count_};
  }
  bool wide() const { return wide_; }  // Whether columns are int64.
  template <class T>
  std::span<const T> indices() const {
    return {static_cast<const T*>(indices_), entries_};
  }
  template <class T>
  std::span<const T> indptr() const {
    return {static_cast<const T*>(indptr_), pointers_};
  }

 private:
  PredictorInput(Type type, const void* values, size_t count) : values_(values), count_(count), type_(type) {}

  const void* values_;
  const void* indices_ = nullptr;
  const void* indptr_ = nullptr;
  size_t count_, entries_ = 0, pointers_ = 0;
  Type type_;
  bool wide_ = false, is_csr_ = false;
};

struct PredictorOptions {
  bool check = true;   // Compares the whole file with its seal, which reads it once.
  bool mapped = true;  // Otherwise the file is copied to memory, and may be written to or cut afterwards.
};

// Thread-safe, and copies are the same predictor.
class Predictor {
 public:
  enum class Takes : uint8_t { numbers, ids, texts, csr };
  struct Input {
    std::string name{};
    Takes takes = Takes::numbers;
    std::vector<int64_t> shape{};  // Of a row; -1: open. Of csr: the columns.
  };
  struct Output {
    std::string name{};
    std::vector<int64_t> shape{};                               // Of a row.
    size_t width = 1;                                           // Values of a row.
    PredictorInput::Type type = PredictorInput::Type::float32;  // In which the model computes it.
  };

  // Throws FileError if the file cannot be read, and InvalidArgument if export did not write it, or if it is
  // damaged. A mapped file must stay as it is: replace it by another one, as export does, never write to it.
  explicit Predictor(const std::string& path, const PredictorOptions& options = {});
  ~Predictor();
  Predictor(const Predictor&);
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(const Predictor&);
  Predictor& operator=(Predictor&&) noexcept;

  const std::string& path() const;
  const std::vector<Input>& inputs() const;
  const std::vector<Output>& outputs() const;

  // Writes what the model predicts for a batch of so many rows: rows × width values for each output, in
  // order, with the bits that predict computes for such a batch. Values of other dtypes are rounded to float.
  // Throws InvalidArgument for inputs that do not fit and OutOfRange for columns and ids that do not exist;
  // outputs are then undefined.
  void predict(size_t rows, std::span<const PredictorInput> inputs,
               std::span<const std::span<float>> outputs) const;
  // The same for a model with one input and one output.
  void predict(size_t rows, const PredictorInput& input, std::span<float> output) const {
    const std::array<std::span<float>, 1> outputs{output};
    predict(rows, std::span(&input, 1), outputs);
  }
  // The same without rounding, of a model whose weights are float64.
  void predict(size_t rows, std::span<const PredictorInput> inputs,
               std::span<const std::span<double>> outputs) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace lacuna
