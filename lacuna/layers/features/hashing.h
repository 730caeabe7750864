// Hashing and HashedCrossing.
#pragma once
#include <array>
#include <variant>

#include "lacuna/layers/features/feature.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

struct HashingOptions {
  // The value that has bin 0, alone: a word or a whole number. None unless given.
  std::variant<std::monostate, std::string, int64_t> mask_value{};
  std::vector<int64_t> salt{};  // One or two numbers: bins by SipHash64 under this key, not by FarmHash64.
  std::string output_mode = "int";
  bool sparse = true;  // csr, in all modes but int.
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// Words, or whole numbers by their decimal text, as bins in [0, num_bins), 1 to 2^40: the bins of Keras 3.
// output_mode: int, ids of the shape of the input; one_hot, multi_hot, count: rows of num_bins columns.
class Hashing : public Feature {
 public:
  explicit Hashing(Dim num_bins, HashingOptions options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  Dim num_bins_;
  std::shared_ptr<const HashingOptions> options_;
};

struct HashedCrossingOptions {
  std::string output_mode = "int";  // int, one_hot; of bags: multi_hot, count
  bool sparse = true;
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// The combinations of the values of two columns or more, (batch,) or (batch, 1) each, as bins in
// [0, num_bins): the bins of Keras 3. With output_mode multi_hot or count columns may be bags: (batch, k), k
// values a row, or csr, whose values are its columns. Then rows of num_bins columns have all combinations of
// a value of each; count adds the products of the values of csr.
class HashedCrossing : public Feature {
 public:
  explicit HashedCrossing(Dim num_bins, HashedCrossingOptions options = {});

 protected:
  Symbol call(const std::vector<Symbol>& columns) override;

 private:
  Dim num_bins_;
  std::shared_ptr<const HashedCrossingOptions> options_;
};

}  // namespace layers
}  // namespace lacuna
