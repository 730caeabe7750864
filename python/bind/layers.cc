// Layers: those of the library, and those whose build and call are written in Python.
#include "lacuna/layers/layer.h"

#include <algorithm>

#include "lacuna/layers/calls.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/learning_phase.h"
#include "lacuna/layers/shown.h"
#include "lacuna/layers/sketch.h"
#include "lacuna/models/sequential.h"
#include "python/bind/argument.h"

namespace lacuna::bind {
namespace {

using layers::LayerOptions;
using InitializerArg = Arg<initializers::Initializer>;
using RegularizerArg = Arg<regularizers::Regularizer>;
using ConstraintArg = Arg<constraints::Constraint>;

// None: the argument was not given.
template <class A>
A or_none(const A* argument) {
  return argument ? *argument : A();
}

nb::object symbol_or_none(const Symbol& symbol) { return symbol ? nb::cast(symbol) : nb::none(); }

// A layer written in Python: an object with `_build(list of shapes)` and `call(inputs)`.
class PythonLayer final : public layers::Layer {
 public:
  PythonLayer(nb::handle self, const LayerOptions& options, const std::string& class_name)
      : Layer(options, class_name), self_(self, "layer") {
    state()->takes_arguments = true;
    state()->settings = [self_ = self_] {
      const WithGil gil;
      return to_config(self_.get().attr("get_config")());
    };
  }

  using Layer::add_weight;

 protected:
  void build(const std::vector<Shape>& input_shapes) override {
    const WithGil gil;
    nb::list shapes;
    for (const Shape& s : input_shapes) shapes.append(from_shape(s));
    self_.get().attr("_build")(shapes);
  }
  using Layer::call;
  std::vector<Symbol> call(const layers::Inputs& inputs) override {
    bool says_it;  // Whether call has an argument `training`.
    {
      const WithGil gil;
      says_it = nb::cast<bool>(self_.get().attr("_takes_training")(inputs.training.has_value()));
    }
    LACUNA_REQUIRE(says_it || !inputs.training, name(),
                   ": call must have an argument `training` to be given one. Received: training=",
                   *inputs.training ? "True" : "False", ".");
    if (!says_it || inputs.training) return traced(inputs, inputs.training);
    return in_both_phases([&](bool training) { return traced(inputs, training); });
  }
  std::vector<Symbol> compute_masks(const layers::Inputs& inputs) override {
    const WithGil gil;
    const nb::object mask =
        self_.get().attr("_compute_mask")(main_inputs(inputs.symbols, inputs.named), masks_of(inputs));
    const std::string where = name() + ": compute_mask";
    if (!nb::isinstance<nb::list>(mask) && !nb::isinstance<nb::tuple>(mask)) return {to_mask(mask, where)};
    std::vector<Symbol> result;
    for (const nb::handle one : mask) result.push_back(to_mask(nb::borrow(one), where));
    return result;
  }

 private:
  static nb::list masks_of(const layers::Inputs& inputs) {
    nb::list result;
    for (size_t i = 0; i < inputs.unnamed(); ++i) result.append(symbol_or_none(inputs.masks[i]));
    return result;
  }
  static Symbol to_mask(const nb::object& mask, const std::string& where) {
    return mask.is_none() ? Symbol() : to_result(mask, where);
  }

  // Returns what call makes of the inputs.
  std::vector<Symbol> traced(const layers::Inputs& inputs, std::optional<bool> training) {
    const WithGil gil;
    const nb::object given =
        inputs.is_list ? nb::object(main_inputs(inputs.symbols, inputs.named)) : nb::cast(inputs[0]);
    const nb::object output =
        self_.get().attr("_traced")(given, masks_of(inputs), training, arguments_of(inputs));
    const std::string where = name() + ": call";
    if (!nb::isinstance<nb::list>(output) && !nb::isinstance<nb::tuple>(output))
      return {to_result(output, where)};
    std::vector<Symbol> result;
    for (const nb::handle one : output) result.push_back(to_result(nb::borrow(one), where));
    return result;
  }

  WeakObject self_;
};

const bool told = layers::copyable<PythonLayer>();

// What calls of the layer add to the loss: all of them, or those on these symbols.
std::vector<Symbol> losses(const layers::LayerState& state,
                           const std::optional<std::vector<Symbol>>& inputs) {
  std::vector<Symbol> result;
  for (const auto& call : layers::calls_of(state))
    if (!inputs || call->inputs == *inputs)
      result.insert(result.end(), call->losses.begin(), call->losses.end());
  return result;
}

// The same for the updates of calls, as far as all layers that they belong to are trainable.
std::vector<Update> updates(const layers::LayerState& state,
                            const std::optional<std::vector<Symbol>>& inputs) {
  std::vector<Update> result;
  for (const auto& call : layers::calls_of(state))
    if (!inputs || call->inputs == *inputs)
      for (const layers::LayerUpdate& u : call->updates)
        if (u.is_wanted()) result.push_back(u.update);
  return result;
}

// Updates that were added outside of a call.
std::vector<Update> free_updates(const layers::LayerState& state) {
  return state.trainable ? state.added_updates : std::vector<Update>();
}

std::vector<Shape> to_shapes(const Place& at, nb::handle given) {
  std::vector<Shape> result;
  for (const nb::object& one : to_list(at, given)) result.push_back(to_dims(at, one));
  return result;
}

// The layer that made a symbol, the number of its call, and the place among the outputs; None for a symbol
// that no layer made.
nb::object history(const Symbol& symbol) {
  const auto call = layers::call_of(symbol);
  if (!call) return nb::none();
  const auto all = layers::calls_of(*call->layer);
  const auto output = std::ranges::find(call->outputs, symbol) - call->outputs.begin();
  const auto number = std::ranges::find(all, call) - all.begin();
  return nb::make_tuple(AnyLayer(layers::Layer(call->layer)), number, output);
}

uintptr_t id(const layers::LayerState* state) { return reinterpret_cast<uintptr_t>(state); }

void def_add_weight(nb::class_<AnyLayer>& layer) {
  def_method(
      layer, "add_weight",
      [](const AnyLayer& l, const std::string& name, const Dims& shape, const InitializerArg& initializer,
         const RegularizerArg* regularizer, bool trainable, const ConstraintArg* constraint,
         bool sparse_weight) {
        auto* python = dynamic_cast<PythonLayer*>(&*l);
        LACUNA_REQUIRE(python, l->name(),
                       ": weights can be added to layers that derive from Layer alone. Received: a ",
                       l->state()->class_name, ".");
        python->add_weight(name, shape.shape, initializer, or_none(regularizer), or_none(constraint),
                           trainable, sparse_weight);
        return VariableHandle{l->state()->weights.back().variable};
      },
      "name"_a, "shape"_a, "initializer"_a, "regularizer"_a, "trainable"_a, "constraint"_a,
      "sparse_weight"_a);
}

void bind_layer(nb::module_& m) {
  nb::class_<AnyLayer> layer(m, "Layer");
  layer
      .def(
          "__call__",
          [](const AnyLayer& l, nb::handle inputs, nb::handle training, nb::handle arguments) {
            const std::string name = l->name();
            const Place at{name.c_str(), "inputs"};
            const bool is_list = nb::isinstance<nb::list>(inputs);
            std::vector<Symbol> symbols;
            if (is_list) symbols = to_symbols(at, inputs);
            else symbols = {to_symbol(inputs, nullptr, at.where)};
            std::optional<bool> phase;
            if (!training.is_none()) phase = to_flag({at.where, "training"}, training);
            layers::Inputs given(std::move(symbols), is_list, phase);
            for (const auto [key, value] : nb::cast<nb::dict>(arguments)) {
              const auto argument = nb::cast<std::string>(key);
              if (nb::isinstance<Symbol>(value) || nb::isinstance<VariableHandle>(value)) {
                given.symbols.push_back(to_symbol(value, nullptr, at.where));
                given.named.push_back(argument);
              } else {
                nb::dict one;
                one[key] = value;
                given.arguments.merge(to_config(one));
              }
            }
            return (*l)(given);
          },
          "inputs"_a.none(), "training"_a.none(), "arguments"_a)
      .def_prop_ro("id", [](const AnyLayer& l) { return id(l->state().get()); })
      .def_prop_rw(
          "name", [](const AnyLayer& l) { return l->name(); },
          [](const AnyLayer& l, nb::handle name) {
            l->set_name(to_text({l->state()->class_name.c_str(), "name"}, name));
          })
      .def_prop_ro("class_name", [](const AnyLayer& l) { return l->state()->class_name; })
      .def_prop_ro("shown", [](const AnyLayer& l) { return layers::shown(*l->state()); })
      .def_prop_ro("config",
                   [](const AnyLayer& l) {  // For a layer of Python: what its get_config adds to.
                     const bool ours = !dynamic_cast<PythonLayer*>(&*l);
                     return from_config(ours ? l->get_config() : l->state()->common_config());
                   })
      .def_prop_ro("common_config",
                   [](const AnyLayer& l) { return from_config(l->state()->common_config()); })
      .def_prop_rw(
          "key", [](const AnyLayer& l) { return static_cast<int64_t>(l->state()->key); },
          [](const AnyLayer& l, int64_t key) { l->state()->key = static_cast<uint64_t>(key); })
      .def(
          "expect_keys",
          [](const AnyLayer& l, nb::handle keys) {
            nb::dict held;
            held["keys"] = keys;
            const Config config = to_config(held);
            if (const auto* list = config.at("keys").as<SettingList>()) l->state()->keys_to_come = *list;
          },
          "keys"_a)
      .def_prop_rw(
          "built", [](const AnyLayer& l) { return l->state()->built; },
          [](const AnyLayer& l, bool built) { l->state()->built = built; })
      .def_prop_ro("dtype", [](const AnyLayer& l) { return std::string(name_of(l->state()->dtype)); })
      .def_prop_rw(
          "trainable", [](const AnyLayer& l) { return l->trainable(); },
          [](const AnyLayer& l, bool trainable) { l->set_trainable(trainable); })
      .def_prop_rw(
          "supports_masking", [](const AnyLayer& l) { return l->state()->supports_masking; },
          [](const AnyLayer& l, bool supports) { l->state()->supports_masking = supports; })
      .def_prop_ro("weights", [](const AnyLayer& l) { return to_handles(l->state()->ordered_weights()); })
      .def_prop_ro("trainable_weights",
                   [](const AnyLayer& l) { return to_handles(l->state()->trainable_weights()); })
      .def(
          "hold", [](const AnyLayer& l, const AnyLayer& held) { l->state()->hold(held->state()); }, "layer"_a)
      .def(
          "hold",
          [](const AnyLayer& l, const Model& held) {
            if (held.state()) l->state()->hold(held.state());  // Otherwise when it is applied.
          },
          "model"_a)
      .def_prop_ro("calls", [](const AnyLayer& l) { return calls_of_layer(*l->state()); })
      .def_prop_ro("losses", [](const AnyLayer& l) { return losses(*l->state(), std::nullopt); })
      .def(
          "losses_for",
          [](const AnyLayer& l, nb::handle inputs) {
            return losses(*l->state(), to_symbols({"get_losses_for", "inputs"}, inputs));
          },
          "inputs"_a.none())
      .def_prop_ro("updates", [](const AnyLayer& l) { return updates(*l->state(), std::nullopt); })
      .def_prop_ro("is_python", [](const AnyLayer& l) { return dynamic_cast<PythonLayer*>(&*l) != nullptr; })
      .def(
          "set_own_weights",
          [](const AnyLayer& l, nb::handle given, bool learn) {
            const std::string name = l->name();
            std::vector<VariablePtr> variables;
            for (const nb::object& one : to_list({name.c_str(), "weights"}, given))
              variables.push_back(Argument<VariableHandle>::of({name.c_str(), "weights"}, one).variable);
            l->state()->set_own_weights(variables, learn);
          },
          "variables"_a, "learn"_a)
      .def(
          "masks",
          [](const AnyLayer& l, nb::handle inputs, const std::vector<nb::object>& masks, bool is_list) {
            layers::Inputs given(to_symbols({"compute_mask", "inputs"}, inputs), is_list);
            LACUNA_REQUIRE(masks.size() == given.size(), l->name(),
                           ": compute_mask must get a mask, or None, for each input. Received: masks=",
                           masks.size(), ", inputs=", given.size(), ".");
            for (const nb::object& mask : masks)
              given.masks.push_back(mask.is_none() ? Symbol() : to_symbol(mask, nullptr, "compute_mask"));
            nb::list result;
            for (const Symbol& mask : l->masks_of_outputs(given)) result.append(symbol_or_none(mask));
            return result;
          },
          "inputs"_a.none(), "masks"_a, "is_list"_a)
      .def_prop_ro("free_updates", [](const AnyLayer& l) { return free_updates(*l->state()); })
      .def_prop_ro("free_losses", [](const AnyLayer& l) { return l->state()->added_losses; })
      .def(
          "updates_for",
          [](const AnyLayer& l, nb::handle inputs) {
            return updates(*l->state(), to_symbols({"get_updates_for", "inputs"}, inputs));
          },
          "inputs"_a.none())
      .def(
          "compute_output_shape",
          [](const AnyLayer& l, nb::handle shapes, bool is_list) {
            const std::string name = l->name();
            nb::list result;
            for (const Shape& shape :
                 l->compute_output_shapes(to_shapes({name.c_str(), "input_shape"}, shapes), is_list))
              result.append(from_shape(shape));
            return result;
          },
          "shapes"_a, "is_list"_a)
      .def(
          "make_weights",
          [](const AnyLayer& l, nb::handle shapes) {
            const std::string name = l->name();
            l->make_weights_for(to_shapes({name.c_str(), "input_shape"}, shapes));
          },
          "shapes"_a)
      .def(
          "set_first_weights",
          [](const AnyLayer& l, const std::vector<ArrayHandle>& weights) {
            l->set_first_weights(to_values(weights));
          },
          "weights"_a)
      .def_prop_ro("penalties", [](const AnyLayer& l) { return penalties(l->state()->ordered_weights()); })
      .def("get_weights",
           [](const AnyLayer& l) { return to_numpy(without_gil([&] { return l->get_weights(); })); })
      .def(
          "set_weights",
          [](const AnyLayer& l, const std::vector<ArrayHandle>& weights) {
            const auto values = to_values(weights);
            const WithoutGil no_gil;
            l->set_weights(values);
          },
          "weights"_a)
      .def(
          "add_update",
          [](const AnyLayer& l, nb::handle given) {
            const Update& u = argument<Update>({l->name().c_str(), "an update"}, given);
            l->add_update(u.variable, u.value, u.momentum);
          },
          "update"_a.none())
      .def(
          "add_loss",
          [](const AnyLayer& l, nb::handle loss) { l->add_loss(to_symbol(loss, nullptr, "add_loss")); },
          "loss"_a.none());
  def_add_weight(layer);
}

void bind_layer_makers(nb::module_& m) {
  def(
      m, {"input_from_config", "InputLayer"},
      [](nb::handle config) { return layers::input_from_config(to_config(config)); }, "config"_a);
  def(
      m, "input_layer", [](const Symbol& input) { return AnyLayer(input); }, "input"_a);
  m.def("traced_phase", layers::traced_phase);
  m.def("is_sketch", layers::Sketch::is_on);
  m.def("is_within_call", layers::is_within_call);
  m.def("history", history, "symbol"_a);
  m.def("uses_learning_phase", layers::uses_learning_phase, "symbol"_a);
  m.def(
      "mask_of", [](const Symbol& symbol) { return symbol_or_none(layers::mask_of(symbol)); }, "symbol"_a);
  def(
      m, "layer",
      [](const std::string& class_name, nb::handle settings) {
        return AnyLayer(layers::from_config(class_name, to_settings(class_name.c_str(), settings)));
      },
      "class_name"_a, "settings"_a);
  def(
      m, "python_layer",
      [](nb::handle self, const std::string& class_name, nb::handle options) {
        const Config config = to_settings(class_name.c_str(), options);
        Settings given(class_name, config);
        const LayerOptions common = layers::read_common(given);
        given.finish();
        return AnyLayer(PythonLayer(self, common, class_name));
      },
      "self"_a, "class_name"_a, "options"_a);
  def(
      m, {"input", "Input"},
      [](const std::optional<Dims>& shape, const std::optional<Dims>& batch_shape,
         const std::optional<std::string>& name, const std::optional<std::string>& dtype, bool sparse,
         nb::handle tensor) {
        layers::InputOptions options{.name = name.value_or(""), .sparse = sparse};
        if (!tensor.is_none()) options.tensor = to_symbol(tensor, nullptr, "Input: tensor");
        if (shape) options.shape = shape->shape;
        if (batch_shape) options.batch_shape = batch_shape->shape;
        if (dtype) options.dtype = dtype_from_name(*dtype, true);
        return layers::Input(options);
      },
      "shape"_a.none(), "batch_shape"_a.none(), "name"_a.none(), "dtype"_a.none(), "sparse"_a,
      "tensor"_a.none());
}

}  // namespace

nb::list calls_of_layer(const layers::LayerState& state) {
  nb::list result;
  for (const auto& call : layers::calls_of(state)) {
    nb::list outputs;
    for (const Symbol& s : call->outputs) outputs.append(s.with_origin(call));
    result.append(nb::make_tuple(main_inputs(call->inputs, call->named), outputs));
  }
  return result;
}

nb::list main_inputs(const std::vector<Symbol>& symbols, const std::vector<std::string>& named) {
  nb::list result;
  for (size_t i = 0; i + named.size() < symbols.size(); ++i) result.append(symbols[i]);
  return result;
}

nb::dict arguments_of(const layers::Inputs& inputs) {
  nb::dict result = from_config(inputs.arguments);
  for (size_t i = 0; i < inputs.named.size(); ++i)
    result[inputs.named[i].c_str()] = inputs[inputs.unnamed() + i];
  return result;
}

void bind_layers(nb::module_& m) {
  def(
      m, "add_metric", [](const Symbol& value, const std::string& name) { layers::add_metric(value, name); },
      "value"_a, "name"_a);
  bind_layer(m);
  bind_layer_makers(m);
}

}  // namespace lacuna::bind
