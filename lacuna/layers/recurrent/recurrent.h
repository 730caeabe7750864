// The base of recurrent layers: a cell over the steps of (batch, time, features).
#pragma once
#include "lacuna/layers/recurrent/cell.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// Called on x, (batch, time, features), or on a list of x and the initial states, (batch, units) each;
// without them, states start as zeros. Gives the output after the last step, (batch, units), or with
// return_sequences that of each step, (batch, time, units); with return_state then the last states. Where the
// mask of x is 0, a step leaves the states as they are. go_backwards: from the last step to the first.
// stateful: each batch, of training or not, starts from the last states of the batch before; the batch size
// must be known.
class Recurrent : public Layer {
 public:
  const Cell& cell() const { return *cell_; }
  const std::shared_ptr<Cell>& shared_cell() const { return cell_; }
  bool return_sequences() const { return options_->return_sequences; }
  bool return_state() const { return options_->return_state; }
  bool go_backwards() const { return options_->go_backwards; }
  bool stateful() const { return options_->stateful; }
  // stateful: makes the next batch start from zeros, or from these values, (batch, units) each. Before the
  // first call batch_input_shape must tell the size of a batch.
  void reset_states(const std::vector<tensor::Dense>& states = {});
  // Where a stateful layer keeps its states, once the size of a batch is known; else empty.
  const std::vector<VariablePtr>& states() const { return *carried_; }
  // The states that x, (batch, time, features), starts from by itself: zeros.
  std::vector<Symbol> get_initial_state(const Symbol& x) const;

  // How many of the inputs, the last ones, are constants that each step may read: see CellCall.
  void take_constants(size_t count) { *constants_ = count; }

 protected:
  // From the name of the layer.
  using MakeCell = std::function<std::shared_ptr<Cell>(const std::string& name)>;
  Recurrent(const RecurrentOptions& options, const std::string& class_name, const MakeCell& make_cell);
  void build(const std::vector<Shape>& input_shapes) override;
  using Layer::call;
  std::vector<Symbol> call(const Inputs& inputs) override;
  std::vector<Symbol> compute_masks(const Inputs& inputs) override;
  Symbol activity_loss(const Symbol& output) override;

  std::shared_ptr<const RecurrentOptions> options_;
  std::shared_ptr<size_t> constants_ = std::make_shared<size_t>(0);

 private:
  std::vector<Symbol> run(const Inputs& inputs, std::optional<bool> training) const;
  void make_states(Dim batch);

  std::shared_ptr<Cell> cell_;
  std::shared_ptr<std::vector<VariablePtr>> carried_;  // Of a stateful layer, once it is built.
};

// A layer of any cell, which may give outputs of another size than its states. Of the options it has those
// from return_sequences to num_constants.
class RNN : public Recurrent {
 public:
  explicit RNN(std::shared_ptr<Cell> cell, RecurrentOptions options = {});
};

// The options of the cell of a layer: its weights are named as those of the layer.
RecurrentOptions of_cell(const RecurrentOptions& layer, const std::string& name);

}  // namespace layers
}  // namespace lacuna
