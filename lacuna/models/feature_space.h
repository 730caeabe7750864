// FeatureSpace: columns of words and numbers, by name, as one matrix or as a matrix each.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lacuna/data/array.h"
#include "lacuna/layers/features/feature.h"

namespace LACUNA_EXPORT lacuna {

// What becomes of each column is given by the name of its type, or by a function of that name (float is a
// keyword of C++, so it is plain_float). Columns are (batch,) or (batch, 1):
//   FeatureSpace space({{"city", "string_categorical"}, {"age", FeatureSpace::float_discretized(8)}},
//                      {.crosses = {{{"city", "age"}}}});
//   space.adapt(std::map<std::string, Array>{{"city", cities}, {"age", ages}});
//   Model model(space.get_inputs(), {Dense(1)(space.get_encoded_features()[0])});
// It is a handle: copies are the same space.
class FeatureSpace {
 public:
  struct Feature {
    DType dtype = DType::float32;                     // Of the input.
    std::shared_ptr<layers::Feature> preprocessor{};  // Null: values as they are.
    // float: what the preprocessor gives, as it is; one_hot: its ids as rows of ones; int: its ids.
    std::string output_mode = "float";
  };
  // The bins of combinations of features, of what their preprocessors give.
  struct Cross {
    std::vector<std::string> feature_names{};
    Dim crossing_dim = 0;  // 0: that of the space.
    std::string output_mode = "one_hot";
    std::string name() const;  // "a_X_b".
  };
  using Features = std::map<std::string, std::variant<std::string, Feature>>;

  struct Options {
    std::string output_mode = "concat";  // Or dict: a matrix for each feature and cross.
    std::vector<Cross> crosses{};
    Dim crossing_dim = 32, hashing_dim = 32, num_discretization_bins = 32;
    std::string name{};
  };

  static Feature plain_float();
  static Feature float_rescaled(double scale = 1, double offset = 0);
  static Feature float_normalized();
  static Feature float_discretized(Dim num_bins, std::vector<double> bin_boundaries = {},
                                   const std::string& output_mode = "one_hot");
  static Feature integer_categorical(std::optional<Dim> max_tokens = {}, Dim num_oov_indices = 1,
                                     const std::string& output_mode = "one_hot");
  static Feature string_categorical(std::optional<Dim> max_tokens = {}, Dim num_oov_indices = 1,
                                    const std::string& output_mode = "one_hot");
  static Feature integer_hashed(Dim num_bins, const std::string& output_mode = "one_hot");
  static Feature string_hashed(Dim num_bins, const std::string& output_mode = "one_hot");

  explicit FeatureSpace(const Features& features, const Options& options);
  explicit FeatureSpace(const Features& features) : FeatureSpace(features, Options()) {}

  // Learns vocabularies, moments and boundaries from columns by name, or from the inputs of a dataset that
  // have these names. What was learned before is forgotten. The symbols of get_encoded_features stay, so it
  // must be called before these.
  void adapt(const std::map<std::string, Array>& columns);
  void adapt(const data::Dataset& rows);

  // An input for each feature, in the order of their names.
  std::vector<Symbol> get_inputs() const;
  // For dict a matrix for each of output_names(); for concat one, these side by side: csr if any of them is.
  // Throws InvalidArgument before adapt, if there is anything to learn.
  const std::vector<Symbol>& get_encoded_features();
  // The features by name, then the crosses by name.
  const std::vector<std::string>& output_names() const;

  // The values of get_encoded_features for these columns.
  std::vector<Tensor> operator()(const std::map<std::string, Array>& columns);

  // Saves a model with get_inputs and get_encoded_features. A loaded space gives what the saved one did, and
  // cannot adapt again.
  void save(const std::string& path);
  static FeatureSpace load(const std::string& path);

 private:
  struct State;
  explicit FeatureSpace(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace lacuna
