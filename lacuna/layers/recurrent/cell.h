// A cell computes one step of a recurrent layer. Users derive from it in C++.
#pragma once
#include <vector>

#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/layer.h"
#include "lacuna/ops/recurrent/rnn.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// The options of all recurrent layers and cells, in Keras' order. SimpleRNN has no recurrent_activation;
// unit_forget_bias is of LSTM, reset_after of GRU. Those from return_sequences to unroll are of layers, not
// of cells.
struct RecurrentOptions {
  Arg<activations::Activation> activation = "tanh", recurrent_activation = "hard_sigmoid";
  bool use_bias = true;
  Arg<initializers::Initializer> kernel_initializer = "glorot_uniform", recurrent_initializer = "orthogonal",
                                 bias_initializer = "zeros";
  bool unit_forget_bias = true;
  Arg<regularizers::Regularizer> kernel_regularizer{}, recurrent_regularizer{}, bias_regularizer{},
      activity_regularizer{};
  Arg<constraints::Constraint> kernel_constraint{}, recurrent_constraint{}, bias_constraint{};
  double dropout = 0, recurrent_dropout = 0;
  int implementation = 1;  // Whether dropout draws for each gate (1), or once for all (2).
  bool return_sequences = false, return_state = false, go_backwards = false, stateful = false;
  bool unroll = false;                // Taken for Keras' sake: nothing changes.
  bool zero_output_for_mask = false;  // Of Keras 3: outputs are 0 where the mask is, else those before.
  int64_t num_constants = 0;          // Of RNN: see Recurrent::take_constants.
  bool reset_after = false;
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// What a cell is told of the call of its layer.
struct CellCall {
  Symbol x{};  // The input: (batch, time, features), or of a cell alone (batch, features).
  std::optional<bool> training{};
  std::vector<Symbol> constants{};                        // Keras': further symbols that each step may read.
  bool prepared = false;                                  // Whether steps get what prepare() gave, not x.
  bool drops() const { return training.value_or(true); }  // Whether dropout acts in training.
};

// Called on a list: x at one step, (batch, features), and the states. Gives the output and the new states.
class Cell : public Layer {
 public:
  // The sizes of the states, without the batch.
  virtual std::vector<Dim> state_size() const = 0;
  // The size of the output, that of the first state unless overridden; known once the weights are made.
  virtual Dim output_size() const { return state_size()[0]; }
  // Whether steps read CellCall::constants, whose shapes build() then gets after that of x.
  virtual bool takes_constants() const { return false; }
  // What depends on x alone, for all steps at once: x is (time, batch, features). The result has a row for
  // each that rows(x) gives, the steps that count by a mask.
  virtual Symbol prepare(const CellCall& call, const Symbol& x, const RowsThatCount& rows) const;
  // The step function; the cell must outlive it.
  virtual StepFunction step(const CellCall& call) const = 0;
  // Whether the step function is another one in training; else the phase of the run decides.
  virtual bool branches_on_training() const { return false; }

 protected:
  // input_shapes: that of x at one step, (batch, features), then those of the constants.
  using Layer::build;
  using Layer::call;
  using Layer::Layer;
  std::vector<Symbol> call(const Inputs& inputs) override;
};

// The base of the three cells of Keras: kernel, recurrent_kernel and bias, each for all gates side by side.
class GatedCell : public Cell {
 public:
  GatedCell(Dim units, RecurrentOptions options, const std::string& class_name, Dim gates);
  std::vector<Dim> state_size() const override { return {units_}; }
  Symbol prepare(const CellCall& call, const Symbol& x, const RowsThatCount& rows) const override;
  StepFunction step(const CellCall& call) const override;

 protected:
  void build(const std::vector<Shape>& input_shapes) override;
  virtual Symbol add_bias();
  // from_x: x W + b, (batch, gates × units). masks: of recurrent dropout, (batch, units): none, one, or one
  // for each gate.
  virtual StepResult advance(const Symbol& from_x, const std::vector<Symbol>& states,
                             const std::vector<Symbol>& masks) const = 0;

  Symbol weight(size_t i) const { return read(state()->weights[i].variable); }
  // Columns of gate g of x (…, gates × units).
  Symbol gate(const Symbol& x, Dim g, Dim count = 1) const;
  // state · recurrent kernel for gates g, g + 1, …, with dropout.
  Symbol recurrent(const Symbol& state, const std::vector<Symbol>& masks, Dim g, Dim count) const;
  Symbol activated(const Symbol& x) const;
  Symbol activated_gate(const Symbol& x) const;

  Dim units_, gates_;
  std::shared_ptr<const RecurrentOptions> options_;

 private:
  // x W + b; x is given once, or for each gate as dropout leaves it.
  Symbol input_product(const std::vector<Symbol>& x) const;
  std::vector<uint64_t> keys(double rate, bool of_state, bool drops) const;
  std::vector<Symbol> masks(const Symbol& x, Dim columns, double rate, bool of_state, bool drops) const;
};

struct StackedOptions {
  bool reverse_state_order = false;
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// Cells one above the other: the output of each is the input of the next. The states are those of the first
// cell, then of the second, and so on; with reverse_state_order from the last cell to the first, as before
// Keras 2.2.3.
class StackedRNNCells : public Cell {
 public:
  explicit StackedRNNCells(std::vector<std::shared_ptr<Cell>> cells, const StackedOptions& options = {});
  std::vector<Dim> state_size() const override;
  Dim output_size() const override { return cells_.back()->output_size(); }
  bool takes_constants() const override;
  Symbol prepare(const CellCall& call, const Symbol& x, const RowsThatCount& rows) const override;
  StepFunction step(const CellCall& call) const override;
  bool branches_on_training() const override;

 protected:
  void build(const std::vector<Shape>& input_shapes) override;

 private:
  std::vector<std::shared_ptr<Cell>> by_states() const;  // In the order of the states.

  std::vector<std::shared_ptr<Cell>> cells_;
  bool reversed_;
};

// (batch, columns) of one value, for x (batch, …).
Symbol full_by_row(const Symbol& x, Dim columns, double value);

// The settings of cells, by Keras' names. first: up to bias_initializer; rest: up to implementation.
void list_first(Settings& s, Dim& units, RecurrentOptions& o, bool has_gates);
void list_rest(Settings& s, RecurrentOptions& o, bool is_layer);
// Those of layers.
void list_of_layer(Settings& s, RecurrentOptions& o);

}  // namespace layers
}  // namespace lacuna
