// Recurrent layers: cells written in Python, layers of cells, and a scan over a step function of Python.
#include "lacuna/layers/recurrent/recurrent.h"

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

// A cell written in Python: an object with `_sizes`, `_make_weights(shape)`, `_branches` and `_step(x,
// states, constants, training)`.
class PythonCell final : public Cell {
 public:
  PythonCell(nb::handle self, const std::string& class_name, const LayerOptions& options)
      : Cell(options, class_name), self_(self, "cell") {}

  std::vector<Dim> state_size() const override {
    const WithGil gil;
    return nb::cast<std::vector<Dim>>(self_.get().attr("_sizes")());
  }
  bool branches_on_training() const override {
    const WithGil gil;
    return nb::cast<bool>(self_.get().attr("_branches")());
  }
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
    const nb::object held = self_.get().attr("_make_weights")(from_shape(input_shapes[0]));
    if (!held.is_none()) hold(*nb::cast<const AnyLayer&>(held));
  }

 private:
  WeakObject self_;
};

const bool python_cell_copied = layers::copyable<PythonCell>();

std::shared_ptr<Cell> cell_of(const AnyLayer& layer) {
  auto* cell = dynamic_cast<Cell*>(&*layer);
  LACUNA_REQUIRE(cell,
                 "RNN: cell must be a cell, such as LSTMCell, or a list of cells. Received: ", layer->name(),
                 ", a ", layer->state()->class_name, ".");
  return {std::make_shared<AnyLayer>(layer), cell};  // Shares the layer.
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

AnyLayer rnn_layer(nb::handle self, const AnyLayer& cell, nb::handle options) {
  const Config config = to_settings("RNN", options);
  Settings given("RNN", config);
  layers::RecurrentOptions all;
  layers::set_common(all, layers::read_common(given));
  layers::list_of_layer(given, all);
  given.finish();
  layers::RNN layer(cell_of(cell), all);
  layer.state()->settings = [self_ = WeakObject(self, "layer")] {
    const WithGil gil;
    return to_config(self_.get().attr("get_config")());
  };
  return AnyLayer(std::move(layer));
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
      [](const std::vector<AnyLayer>& cells, nb::handle options) {
        std::vector<std::shared_ptr<Cell>> all;
        for (const AnyLayer& cell : cells) all.push_back(cell_of(cell));
        return AnyLayer(layers::StackedRNNCells(std::move(all), options_of("StackedRNNCells", options)));
      },
      "cells"_a, "options"_a);
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
      [](const AnyLayer& layer, size_t count) { recurrent_of(layer).take_constants(count); }, "layer"_a,
      "count"_a);
  m.def(
      "state_count", [](const AnyLayer& layer) { return recurrent_of(layer).cell().state_size().size(); },
      "layer"_a);
  m.def("steps_as_rows", &steps_as_rows, "x"_a);
  m.def("rows_as_steps", &rows_as_steps, "y"_a, "x"_a);
  m.def("rnn", &run_rnn, "step_function"_a, "inputs"_a, "initial_states"_a, "go_backwards"_a,
        "mask"_a.none());
}

}  // namespace lacuna::bind
