// Layers that turn raw columns, of words or numbers, into what other layers take. Some learn how from data,
// before training: Keras' adapt.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "lacuna/data/array.h"
#include "lacuna/data/dataset.h"
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// What a layer learns from data, such as a vocabulary. All calls of the layer share it.
class FeatureState {
 public:
  virtual ~FeatureState() = default;

  // Learns in three steps, so that data may come in parts: forgets all, looks at rows, and keeps what it saw.
  // Until the last step the calls of the layer use what was learned before.
  virtual void reset() = 0;
  virtual void update(const Tensor& values) = 0;
  virtual void finalize() = 0;
  // The dtype and storage in which update() takes values that are given so.
  virtual Spec wanted(const Spec& given) const;
  // The shape of an input of the layer, the batch first, if what was learned are weights; else empty.
  virtual Shape input_shape() const { return {}; }

  // What files keep beside the weights, by name; empty if nothing was learned.
  using Kept = std::map<std::string, tensor::Dense>;
  virtual Kept kept() const = 0;
  // Returns what puts these in place, so that a file is read as a whole or not at all. Throws InvalidArgument
  // if they do not fit.
  virtual std::function<void()> restorer(const Kept& kept) = 0;
};

class Feature : public Layer {
 public:
  using Layer::Layer;
  using Layer::operator();

  // Learns from all rows of an array, or of a dataset: from its input of that name, or its only one. What was
  // learned before is forgotten. Throws InvalidArgument for a layer that learns nothing.
  void adapt(const Array& values);
  void adapt(const data::Dataset& rows, const std::string& input = {});
  // The same step by step; update_state may be called for each part of the data.
  void reset_state();
  void update_state(const Array& values);
  void finalize_state();

  // The layer's result for these values, one array for each of its inputs.
  Tensor values(const std::vector<Array>& inputs);

 private:
  FeatureState& learned(const char* method) const;
};

// A column (batch,) or (batch, 1) for an input (batch, 1).
struct FeatureColumn {
  std::string name{};
  Symbol input{};
  Array values{};
};

// The values of these symbols, which layers of features made from the inputs. `where` begins messages.
std::vector<Tensor> values_of(const std::string& where, const std::vector<FeatureColumn>& columns,
                              const std::vector<Symbol>& outputs);

}  // namespace layers
}  // namespace lacuna
