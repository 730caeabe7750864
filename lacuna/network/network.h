// A network: layers connected from inputs to outputs. It is what a model is before compile.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {

// A copy of a network's weights, in order: of a table the touched rows, and how the others are initialized.
struct Snapshot {
  std::vector<Tensor> values{};
  std::vector<std::optional<Draw>> draws{};
};

class Network {
 public:
  // Inputs must come from Input() or be placeholders. Outputs must depend only on these inputs and on weights
  // of layers between. Throws InvalidArgument otherwise.
  Network(std::vector<Symbol> inputs, std::vector<Symbol> outputs, std::string name);

  const std::string& name() const { return name_; }
  void set_name(const std::string& name) { name_ = name; }

  // The lock of all variables that the network reads (graph/turn.h). Functions below that read or replace
  // values of weights take it.
  const Turn& turn() const { return turn_; }
  const std::vector<Symbol>& inputs() const { return inputs_; }
  // Those of the inputs that are fed: not those that are a tensor (InputOptions::tensor).
  const std::vector<Symbol>& fed_inputs() const { return fed_inputs_; }
  const std::vector<std::string>& fed_names() const { return fed_names_; }
  // The rows of each batch where outputs get theirs from such a tensor; else None.
  Dim own_rows() const { return own_rows_; }
  // Whether such a tensor has so many rows, which then may belong to the rows of a batch.
  bool has_rows(Dim rows) const;
  // The rows of such a tensor if outputs have as many for a batch of one row, which then is repeated; else
  // None.
  Dim rows_for_one() const;
  const std::vector<Symbol>& outputs() const { return outputs_; }
  // What layers of features make of the inputs, where the network can be cut: see front.h.
  const std::vector<Symbol>& front() const { return front_; }
  const std::vector<std::string>& input_names() const { return input_names_; }
  const std::vector<std::string>& output_names() const {
    return output_names_;
  }  // Of the layers that made them.

  // In Keras' order: by depth, inputs first.
  const std::vector<std::shared_ptr<layers::LayerState>>& layers() const { return layers_; }
  const std::shared_ptr<layers::LayerState>& layer(const std::string& name) const;
  const std::shared_ptr<layers::LayerState>& layer(int index) const;  // Negative: from the end.

  // Layer by layer, in each the trainable ones first; a shared weight appears once.
  std::vector<layers::Weight*> weights() const;
  // Those that are trainable now, and whose layers are.
  std::vector<layers::Weight*> trainable_weights() const;

  std::vector<tensor::Dense> get_weights() const;
  void set_weights(const std::vector<tensor::Dense>& values);
  Dim count_params() const;

  Snapshot snapshot() const;
  void restore(const Snapshot& snapshot);  // Optimizers keep states of its rows.

  // What layers add to the loss, such as activity regularizers, and what add_loss added.
  std::vector<Symbol> activity_losses() const;
  // Adds a symbol that depends on the inputs and weights of the network alone to the loss of what is compiled
  // from now on. Of one that is no scalar, the mean counts.
  void add_loss(const Symbol& loss);

  // Values that fit and evaluate report, averaged over the rows: scalars that depend on the inputs and
  // weights of the network alone. Of a symbol that is no scalar, the mean counts.
  struct AddedMetric {
    std::string name;
    Symbol value;
  };
  const std::vector<AddedMetric>& added_metrics() const { return added_metrics_; }
  void add_metric(const Symbol& value, const std::string& name);

  // What a training step changes besides the trained weights, such as moving averages. wanted_updates: only
  // those whose layers are trainable now.
  std::vector<layers::LayerUpdate> updates() const;
  std::vector<layers::LayerUpdate> wanted_updates() const;
  // What frozen layers replace by their averages, now: `to` stands in for `from` (LayerUpdate::replaced).
  struct Frozen {
    std::vector<Symbol> from{}, to{};
  };
  Frozen frozen() const;

  // A mask for each output, empty if all its steps count: see layers::mask_of.
  const std::vector<Symbol>& output_masks() const { return output_masks_; }

  // Whether an input that is fed, by its number, holds integer ids, because it feeds an embedding.
  bool takes_ids(size_t input) const { return id_limits_[input] > 0; }
  // Ids of such an input must be below this: the fewest rows of the embeddings that it feeds.
  Dim id_limit(size_t input) const { return id_limits_[input]; }

  // A table with a line for each layer: output shape, number of parameters and, if the network branches,
  // inputs. line_length 0: 65, or 98 with branches.
  // What summary() shows of each layer.
  struct SummaryRow {
    std::string name{}, class_name{}, output{};  // The shape, and the storage unless dense; or "multiple".
    Dim parameters = 0;
    std::vector<std::string> from{};  // The layers that its inputs come from.
  };
  std::vector<SummaryRow> summary_rows(bool show_inputs = true) const;
  std::string summary(size_t line_length = 0, bool show_inputs = true) const;

  // Keras' get_config: layers, their settings and what each is called on. Throws InvalidArgument if an op
  // outside of layers stands between inputs and outputs.
  Config config() const;

  // The outputs for other inputs, with the same weights, and what belongs to them: what calling a model does.
  // Inputs that have a mask are passed through the layers again, which take it into account.
  struct Applied {
    std::vector<Symbol> outputs{}, masks{}, losses{};
    std::vector<layers::LayerUpdate> updates{};
    std::vector<AddedMetric> metrics{};
  };
  Applied applied(const std::vector<Symbol>& inputs) const;
  // The shapes of the outputs for inputs of these shapes.
  std::vector<Shape> compute_output_shapes(const std::vector<Shape>& input_shapes) const;

 private:
  Applied called_again(const std::vector<Symbol>& inputs) const;
  bool can_compute(const Symbol& symbol) const;  // Whether it depends on the inputs alone.

  std::string name_;
  Turn turn_{};
  std::vector<Symbol> inputs_, fed_inputs_, outputs_, front_;
  std::vector<std::string> input_names_, fed_names_, output_names_;
  Dim own_rows_ = None;
  std::vector<std::shared_ptr<layers::LayerState>> layers_;
  std::vector<std::shared_ptr<const layers::Call>> calls_;  // Only those of this network, in order.
  Symbol added(const char* where, const Symbol& symbol);    // A scalar that the network can compute.

  std::vector<Symbol> activity_losses_, output_masks_;
  std::vector<AddedMetric> added_metrics_;
  std::vector<layers::LayerUpdate> updates_;
  std::vector<Dim> id_limits_;  // 0: the input holds no ids.
};

// A layer or a model that was made from its config, to be called in a network that is rebuilt.
struct Callable {
  std::shared_ptr<layers::LayerState> layer{};  // Null for a model.
  std::function<std::vector<Symbol>(const layers::Inputs&)> call{};
};
using MakeCallable = std::function<Callable(const std::string& class_name, const Config& config)>;

// The parts of a network, rebuilt from what Network::config returned.
struct NetworkParts {
  std::vector<Symbol> inputs{}, outputs{};
  std::string name{};
};
// inputs: what takes the place of the config's inputs, in order; new ones unless given.
NetworkParts network_from_config(const Config& config, const MakeCallable& make,
                                 const std::vector<Symbol>& inputs = {});

}  // namespace lacuna
