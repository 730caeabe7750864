// CategoryEncoding.
#pragma once
#include "lacuna/layers/features/feature.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

struct CategoryEncodingOptions {
  Dim num_tokens = 0;  // Required.
  std::string output_mode = "multi_hot";
  bool sparse = true;
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// Ids in [0, num_tokens), (batch, k), as rows of num_tokens columns. output_mode: one_hot, of one id;
// multi_hot, a 1 at each id; count, how often each is there, or the sum of its count_weights: an argument of
// the call, of the shape of the ids. An id out of range is an OutOfRange error.
class CategoryEncoding : public Feature {
 public:
  explicit CategoryEncoding(CategoryEncodingOptions options);

 protected:
  using Layer::call;
  std::vector<Symbol> call(const Inputs& inputs) override;

 private:
  std::shared_ptr<const CategoryEncodingOptions> options_;
};

}  // namespace layers
}  // namespace lacuna
