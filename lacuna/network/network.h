// Layers joined from inputs to outputs: what a model is before it is compiled.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/layers/layer.h"

namespace lacuna {

// The weights of a network at one moment, in order; of tables the touched rows, and how the others are drawn.
struct Snapshot {
  std::vector<Tensor> values{};
  std::vector<std::optional<Draw>> draws{};
};

class Network {
 public:
  // Inputs come from Input(); all that the outputs depend on must lie between. Throws InvalidArgument else.
  Network(std::vector<Symbol> inputs, std::vector<Symbol> outputs, std::string name);

  const std::string& name() const { return name_; }

  // Of all that it reads. Functions that read or replace values of weights take it.
  const Turn& turn() const { return turn_; }
  const std::vector<Symbol>& inputs() const { return inputs_; }
  const std::vector<Symbol>& outputs() const { return outputs_; }
  const std::vector<std::string>& input_names() const { return input_names_; }
  const std::vector<std::string>& output_names() const {
    return output_names_;
  }  // Of the layers that answered them.

  // In Keras' order: by depth, inputs first.
  const std::vector<std::shared_ptr<layers::LayerState>>& layers() const { return layers_; }
  const std::shared_ptr<layers::LayerState>& layer(const std::string& name) const;
  const std::shared_ptr<layers::LayerState>& layer(int index) const;  // Negative ones count from the end.

  // Layer by layer, trainable ones first in each; each weight once.
  std::vector<layers::Weight*> weights() const;
  // Those of layers and weights that are trainable at the moment.
  std::vector<layers::Weight*> trainable_weights() const;

  std::vector<tensor::Dense> get_weights() const;
  void set_weights(const std::vector<tensor::Dense>& values);
  Dim count_params() const;

  Snapshot snapshot() const;
  void restore(const Snapshot& snapshot);  // Optimizers keep the states of rows that it has.

  // Of activity regularizers.
  const std::vector<Symbol>& activity_losses() const { return activity_losses_; }
  std::vector<Symbol> activity_losses(const std::vector<Symbol>& inputs) const;  // For other inputs.

  // What a step of training changes beside the weights that learn; wanted: while their layers are trainable.
  const std::vector<layers::LayerUpdate>& updates() const { return updates_; }
  std::vector<layers::LayerUpdate> wanted_updates() const;
  std::vector<layers::LayerUpdate> updates(const std::vector<Symbol>& inputs) const;  // For other inputs.

  // A mask for each output, empty where all its steps count: see layers::mask_of.
  const std::vector<Symbol>& output_masks() const { return output_masks_; }
  std::vector<Symbol> output_masks(const std::vector<Symbol>& inputs) const;  // For other inputs.

  // Whether an input is of integer ids: it goes into an embedding.
  bool takes_ids(size_t input) const { return id_limits_[input] > 0; }
  // Ids of such an input are below this: the fewest rows of the embeddings that it goes into.
  Dim id_limit(size_t input) const { return id_limits_[input]; }

  // Layer, output shape, parameters, and, where there are branches, inputs: a line each. line_length 0: what
  // fits.
  std::string summary(size_t line_length = 0, bool show_inputs = true) const;

  // Keras' get_config: layers, their settings and what each is called on. Throws where something other than
  // layers stands between inputs and outputs.
  Config config() const;

  // The outputs for other inputs, with the same weights: what calling a model does.
  std::vector<Symbol> operator()(const std::vector<Symbol>& inputs) const;

 private:
  std::string name_;
  Turn turn_{};
  std::vector<Symbol> inputs_, outputs_;
  std::vector<std::string> input_names_, output_names_;
  std::vector<std::shared_ptr<layers::LayerState>> layers_;
  std::vector<std::shared_ptr<const layers::Call>> calls_;  // Of this network alone, in order.
  std::vector<Symbol> activity_losses_, output_masks_;
  std::vector<layers::LayerUpdate> updates_;
  std::vector<Dim> id_limits_;  // 0 where an input is not of ids.
};

// A layer or a model that was made of its config, on its way into a network.
struct Callable {
  std::shared_ptr<layers::LayerState> layer{};  // Null for a model.
  // training: see layers::Inputs.
  std::function<std::vector<Symbol>(const std::vector<Symbol>&, std::optional<bool> training)> call{};
};
using MakeCallable = std::function<Callable(const std::string& class_name, const Config& config)>;

// What a network is made of, from what Network::config gave.
struct NetworkParts {
  std::vector<Symbol> inputs{}, outputs{};
  std::string name{};
};
NetworkParts network_from_config(const Config& config, const MakeCallable& make);

}  // namespace lacuna
