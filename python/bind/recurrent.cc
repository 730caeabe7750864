// Recurrent layers: cells written in Python, layers of cells, and a scan over a step function of Python.
#include "lacuna/layers/calls.h"
#include "lacuna/layers/recurrent/bidirectional.h"
#include "lacuna/layers/recurrent/time_distributed.h"

#include "lacuna/models/sequential.h"
#include "python/bind/argument.h"

namespace lacuna::bind {
namespace {

using layers::Cell;
using layers::CellCall;
using layers::LayerOptions;

std::vector<Symbol> symbols_of(const char* where, nb::handle given) {
  std::vector<Symbol> result;
  for (const nb::handle one : given) result.push_back(to_result(nb::borrow(one), where));
  return result;
}

// What a step function of Python returns: an output and a list of new states.
StepResult to_step_result(const char* where, const nb::object& result) {
  LACUNA_REQUIRE(
      (nb::isinstance<nb::tuple>(result) || nb::isinstance<nb::list>(result)) && nb::len(result) == 2 &&
          (nb::isinstance<nb::list>(result[1]) || nb::isinstance<nb::tuple>(result[1])),
      where, ": a step must return its output and a list of its new states. Received: ", shown(result), ".");
  return {to_result(nb::object(result[0]), where), symbols_of(where, nb::object(result[1]))};
}

// A cell written in Python: an object with `_sizes`, `_output_size`, `_make_weights(shapes)`, `_branches`,
// `_takes_constants` and `_step(x, states, constants, training)`.
class PythonCell final : public Cell {
 public:
  PythonCell(nb::handle self, const std::string& class_name, const LayerOptions& options)
      : Cell(options, class_name), self_(self, "cell") {}

  std::vector<Dim> state_size() const override {
    const WithGil gil;
    return nb::cast<std::vector<Dim>>(self_.get().attr("_sizes")());
  }
  Dim output_size() const override {
    const WithGil gil;
    return nb::cast<Dim>(self_.get().attr("_output_size")());
  }
  bool branches_on_training() const override { return says("_branches"); }
  bool takes_constants() const override { return says("_takes_constants"); }
  StepFunction step(const CellCall& call) const override {
    return [this, call](const std::vector<Symbol>& x, const std::vector<Symbol>& states) {
      const WithGil gil;
      const nb::object result = self_.get().attr("_step")(x[0], states, call.constants, call.training);
      return to_step_result(name().c_str(), result);
    };
  }

 protected:
  void build(const std::vector<Shape>& input_shapes) override {
    const WithGil gil;
    nb::list shapes;
    for (const Shape& s : input_shapes) shapes.append(from_shape(s));
    const nb::object held = self_.get().attr("_make_weights")(shapes);
    if (!held.is_none()) hold(*nb::cast<const AnyLayer&>(held));
  }

 private:
  bool says(const char* question) const {
    const WithGil gil;
    return nb::cast<bool>(self_.get().attr(question)());
  }

  WeakObject self_;
};

const bool python_cell_copied = layers::copyable<PythonCell>();

std::shared_ptr<Cell> cell_of(const AnyLayer& layer) {
  auto* cell = dynamic_cast<Cell*>(&*layer);
  LACUNA_REQUIRE(cell,
                 "RNN: cell must be a cell, such as LSTMCell, or a list of cells. Received: ", layer->name(),
                 ", a ", layer->state()->class_name, ".");
  return {layer.shared(), cell};
}

LayerOptions options_of(const char* class_name, nb::handle options) {
  const Config config = to_settings(class_name, options);
  Settings given(class_name, config);
  const LayerOptions common = layers::read_common(given);
  given.finish();
  return common;
}

layers::Recurrent& recurrent_of(const AnyLayer& layer) {
  auto* recurrent = dynamic_cast<layers::Recurrent*>(&*layer);
  LACUNA_REQUIRE(recurrent, layer->name(), ": the layer must be recurrent. Received: a ",
                 layer->state()->class_name, ".");
  return *recurrent;
}

// Makes get_config of the object of Python describe the layer.
void describe_by(nb::handle self, const layers::Layer& layer) {
  layer.state()->settings = [self_ = WeakObject(self, "layer")] {
    const WithGil gil;
    return to_config(self_.get().attr("get_config")());
  };
}

AnyLayer rnn_layer(nb::handle self, const AnyLayer& cell, nb::handle options) {
  const Config config = to_settings("RNN", options);
  Settings given("RNN", config);
  layers::RecurrentOptions all;
  layers::set_common(all, layers::read_common(given));
  layers::list_of_layer(given, all);
  given.finish();
  layers::RNN layer(cell_of(cell), all);
  describe_by(self, layer);
  return AnyLayer(std::move(layer));
}

AnyLayer layer_or_model(nb::handle layer) {
  if (nb::isinstance<Sequential>(layer)) return nb::cast<const Sequential&>(layer);
  if (nb::isinstance<Model>(layer)) return nb::cast<const Model&>(layer);
  return nb::cast<AnyLayer>(layer);
}

AnyLayer time_distributed(nb::handle self, nb::handle layer, nb::handle options) {
  layers::TimeDistributed outer(layer_or_model(layer).shared(), options_of("TimeDistributed", options));
  describe_by(self, outer);
  return AnyLayer(std::move(outer));
}

std::shared_ptr<layers::Recurrent> shared_recurrent(const AnyLayer& layer) {
  return {layer.shared(), &recurrent_of(layer)};
}

AnyLayer bidirectional(nb::handle self, const AnyLayer& forward, const AnyLayer& backward,
                       const std::optional<std::string>& merge_mode, size_t constants, nb::handle options) {
  layers::BidirectionalOptions all{.merge_mode = merge_mode,
                                   .num_constants = static_cast<int64_t>(constants)};
  layers::set_common(all, options_of("Bidirectional", options));
  layers::Bidirectional layer(shared_recurrent(forward), shared_recurrent(backward), all);
  describe_by(self, layer);
  return AnyLayer(std::move(layer));
}

nb::list states_of(const AnyLayer& layer) {
  const layers::Recurrent& recurrent = recurrent_of(layer);
  nb::list result;
  for (const VariablePtr& state : recurrent.states()) result.append(VariableHandle{state});
  if (recurrent.states().empty())
    for (size_t j = 0; j < recurrent.cell().state_size().size(); ++j) result.append(nb::none());
  return result;
}

// The results of a layer of the library on these inputs, in place of a call of it: `masks` has a mask or None
// for each input.
std::vector<Symbol> call_of_layer(const AnyLayer& layer, const std::vector<Symbol>& inputs, nb::handle masks,
                                  const std::optional<bool>& training) {
  std::vector<Symbol> symbols;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const nb::object mask = masks[i];
    symbols.push_back(inputs[i].with_origin(nullptr));
    if (!mask.is_none()) symbols[i] = layers::with_mask(symbols[i], to_symbol(mask, nullptr, "call"));
  }
  std::vector<Symbol> outputs = (*layer)(layers::Inputs(std::move(symbols), inputs.size() > 1, training));
  layers::remove_call(layers::call_of(outputs[0]));
  for (Symbol& y : outputs) y = y.with_origin(nullptr);
  return outputs;
}

nb::list masks_of_layer(const AnyLayer& layer, const std::vector<Symbol>& inputs, nb::handle masks) {
  layers::Inputs given(inputs, inputs.size() > 1);
  for (const nb::handle mask : masks)
    given.masks.push_back(mask.is_none() ? Symbol() : to_symbol(mask, nullptr, "compute_mask"));
  nb::list result;
  for (const Symbol& mask : layer->masks_of_outputs(given)) result.append(mask ? nb::cast(mask) : nb::none());
  return result;
}

nb::tuple run_rnn(nb::handle step, nb::handle inputs, nb::handle initial, bool go_backwards,
                  nb::handle mask) {
  RnnOptions options{.go_backwards = go_backwards};
  options.initial_states = to_symbols({"rnn", "initial_states"}, initial);
  if (!mask.is_none()) options.mask = to_symbol(mask, nullptr, "rnn");
  const StepFunction function = [&](const std::vector<Symbol>& x, const std::vector<Symbol>& states) {
    return to_step_result("rnn", nb::borrow(step)(x[0], states));
  };
  RnnResult result = rnn(function, {to_symbol(inputs, nullptr, "rnn")}, options);
  return nb::make_tuple(result.last_output, result.outputs, result.states);
}

}  // namespace

void bind_recurrent(nb::module_& m) {
  m.def(
      "python_cell",
      [](nb::handle self, const std::string& class_name, nb::handle options) {
        return AnyLayer(PythonCell(self, class_name, options_of(class_name.c_str(), options)));
      },
      "self"_a, "class_name"_a, "options"_a);
  m.def(
      "stacked_cells",
      [](const std::vector<AnyLayer>& cells, bool reverse_state_order, nb::handle options) {
        std::vector<std::shared_ptr<Cell>> all;
        for (const AnyLayer& cell : cells) all.push_back(cell_of(cell));
        layers::StackedOptions given{.reverse_state_order = reverse_state_order};
        layers::set_common(given, options_of("StackedRNNCells", options));
        return AnyLayer(layers::StackedRNNCells(std::move(all), given));
      },
      "cells"_a, "reverse_state_order"_a, "options"_a);
  m.def("rnn_layer", &rnn_layer, "self"_a, "cell"_a, "options"_a);
  m.def(
      "state_size", [](const AnyLayer& cell) { return cell_of(cell)->state_size(); }, "cell"_a);
  m.def(
      "reset_states",
      [](const AnyLayer& layer, const std::vector<ArrayHandle>& states) {
        const auto values = to_values(states);
        const WithoutGil no_gil;
        recurrent_of(layer).reset_states(values);
      },
      "layer"_a, "states"_a);
  m.def(
      "take_constants",
      [](const AnyLayer& layer, size_t count) {
        if (auto* both = dynamic_cast<layers::Bidirectional*>(&*layer)) both->take_constants(count);
        else recurrent_of(layer).take_constants(count);
      },
      "layer"_a, "count"_a);
  m.def("states", &states_of, "layer"_a);
  m.def(
      "initial_state",
      [](const AnyLayer& layer, nb::handle inputs) {
        return recurrent_of(layer).get_initial_state(to_symbol(inputs, nullptr, "get_initial_state"));
      },
      "layer"_a, "inputs"_a);
  m.def(
      "cell_of", [](const AnyLayer& layer) { return AnyLayer(recurrent_of(layer).shared_cell()); },
      "layer"_a);
  m.def("time_distributed", &time_distributed, "self"_a, "layer"_a, "options"_a);
  m.def("bidirectional", &bidirectional, "self"_a, "forward"_a, "backward"_a, "merge_mode"_a.none(),
        "constants"_a, "options"_a);
  m.def(
      "make_weights",
      [](const AnyLayer& layer, const std::vector<std::vector<std::optional<Dim>>>& shapes) {
        std::vector<Shape> all;
        for (const auto& shape : shapes) {
          all.emplace_back();
          for (const auto& dim : shape) all.back().push_back(dim.value_or(None));
        }
        layer->make_weights_for(all);
      },
      "layer"_a, "shapes"_a);
  m.def("call_of_layer", &call_of_layer, "layer"_a, "inputs"_a, "masks"_a, "training"_a.none());
  m.def("masks_of_layer", &masks_of_layer, "layer"_a, "inputs"_a, "masks"_a);
  m.def("rnn", &run_rnn, "step_function"_a, "inputs"_a, "initial_states"_a, "go_backwards"_a,
        "mask"_a.none());
}

}  // namespace lacuna::bind
