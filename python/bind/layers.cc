// Layers: those of the library, and those whose build and call are written in Python.
#include "lacuna/layers/layer.h"

#include "lacuna/layers/calls.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "lacuna/models/sequential.h"
#include "python/bind/layers.h"

namespace lacuna::bind {
namespace {

nb::object symbol_or_none(const Symbol& symbol) { return symbol ? nb::cast(symbol) : nb::none(); }

// A layer of Python: an object with `_build(list of shapes)` and `call(inputs)`.
class PythonLayer final : public layers::Layer {
 public:
  PythonLayer(nb::handle self, const LayerOptions& options, const std::string& class_name)
      : Layer(options, class_name), self_(self, "layer") {
    state()->settings = [self_ = self_] {
      const WithGil gil;
      return to_config(self_.get().attr("get_config")());
    };
  }

  using Layer::add_update;
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
    const nb::object mask = self_.get().attr("_compute_mask")(inputs.symbols, or_none(inputs.masks));
    const std::string where = name() + ": compute_mask";
    if (!nb::isinstance<nb::list>(mask) && !nb::isinstance<nb::tuple>(mask)) return {to_mask(mask, where)};
    std::vector<Symbol> result;
    for (const nb::handle one : mask) result.push_back(to_mask(nb::borrow(one), where));
    return result;
  }

 private:
  static nb::list or_none(const std::vector<Symbol>& symbols) {
    nb::list result;
    for (const Symbol& symbol : symbols) result.append(symbol_or_none(symbol));
    return result;
  }
  static Symbol to_mask(const nb::object& mask, const std::string& where) {
    return mask.is_none() ? Symbol() : to_result(mask, where);
  }

  // What call makes of the inputs.
  std::vector<Symbol> traced(const layers::Inputs& inputs, std::optional<bool> training) {
    const WithGil gil;
    const nb::object given = inputs.is_list ? nb::cast(inputs.symbols) : nb::cast(inputs[0]);
    const nb::object output = self_.get().attr("_traced")(given, or_none(inputs.masks), training);
    const std::string where = name() + ": call";
    if (!nb::isinstance<nb::list>(output) && !nb::isinstance<nb::tuple>(output))
      return {to_result(output, where)};
    std::vector<Symbol> result;
    for (const nb::handle one : output) result.push_back(to_result(nb::borrow(one), where));
    return result;
  }

  WeakObject self_;
};

nb::list handles(const std::vector<layers::Weight*>& weights) {
  nb::list result;
  for (const layers::Weight* w : weights) result.append(VariableHandle{w->variable});
  return result;
}

// Inputs and outputs of the calls that somebody still holds, oldest first.
nb::list calls(const layers::LayerState& state) {
  nb::list result;
  for (const auto& call : layers::calls_of(state)) {
    nb::list outputs;
    for (const Symbol& s : call->outputs) outputs.append(s.with_origin(call));
    result.append(nb::make_tuple(nb::cast(call->inputs), outputs));
  }
  return result;
}

uintptr_t id(const layers::LayerState* state) { return reinterpret_cast<uintptr_t>(state); }

void bind_layer(nb::module_& m) {
  nb::class_<LayerOptions>(m, "LayerOptions")
      .def(
          "__init__",
          [](LayerOptions* self, const std::string& where, nb::handle name, nb::handle trainable,
             const std::optional<std::string>& dtype, nb::handle input_shape, nb::handle batch_input_shape) {
            const auto at = [&](const char* argument) { return Place{where.c_str(), argument}; };
            LayerOptions options{.trainable = to_flag(at("trainable"), trainable)};
            if (!name.is_none()) options.name = to_text(at("name"), name);
            if (dtype) options.dtype = dtype_from_name(*dtype);
            if (!input_shape.is_none()) options.input_shape = to_dims(at("input_shape"), input_shape);
            if (!batch_input_shape.is_none())
              options.batch_input_shape = to_dims(at("batch_input_shape"), batch_input_shape);
            new (self) LayerOptions(std::move(options));
          },
          "where"_a, "name"_a.none(), "trainable"_a.none(), "dtype"_a.none(), "input_shape"_a.none(),
          "batch_input_shape"_a.none());

  nb::class_<AnyLayer> layer(m, "Layer");
  layer
      .def(
          "__call__",
          [](const AnyLayer& l, nb::handle inputs, nb::handle training) {
            const std::string name = l->name();
            const Place at{name.c_str(), "inputs"};
            const bool is_list = nb::isinstance<nb::list>(inputs);
            std::vector<Symbol> symbols;
            if (is_list) symbols = to_symbols(at, inputs);
            else symbols = {to_symbol(inputs, nullptr, at.where)};
            std::optional<bool> phase;
            if (!training.is_none()) phase = to_flag({at.where, "training"}, training);
            return (*l)(layers::Inputs(std::move(symbols), is_list, phase));
          },
          "inputs"_a.none(), "training"_a.none())
      .def_prop_ro("id", [](const AnyLayer& l) { return id(l->state().get()); })
      .def_prop_ro("name", [](const AnyLayer& l) { return l->name(); })
      .def_prop_ro("class_name", [](const AnyLayer& l) { return l->state()->class_name; })
      .def_prop_ro("config",
                   [](const AnyLayer& l) {  // Of a layer of Python what its own get_config adds to.
                     const bool ours = !dynamic_cast<PythonLayer*>(&*l);
                     return from_config(ours ? l->get_config() : l->state()->common_config());
                   })
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
      .def_prop_ro("built", [](const AnyLayer& l) { return l->state()->built; })
      .def_prop_ro("dtype", [](const AnyLayer& l) { return std::string(name_of(l->state()->dtype)); })
      .def_prop_rw(
          "trainable", [](const AnyLayer& l) { return l->trainable(); },
          [](const AnyLayer& l, bool trainable) { l->set_trainable(trainable); })
      .def_prop_rw(
          "supports_masking", [](const AnyLayer& l) { return l->state()->supports_masking; },
          [](const AnyLayer& l, bool supports) { l->state()->supports_masking = supports; })
      .def_prop_ro("weights", [](const AnyLayer& l) { return handles(l->state()->ordered_weights()); })
      .def_prop_ro("trainable_weights",
                   [](const AnyLayer& l) { return handles(l->state()->trainable_weights()); })
      .def(
          "hold", [](const AnyLayer& l, const AnyLayer& held) { l->state()->hold(held->state()); }, "layer"_a)
      .def(
          "hold",
          [](const AnyLayer& l, const Model& held) {
            if (held.state()) l->state()->hold(held.state());  // Else when it is applied.
          },
          "model"_a)
      .def_prop_ro("calls", [](const AnyLayer& l) { return calls(*l->state()); })
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
            auto* python = dynamic_cast<PythonLayer*>(&*l);
            LACUNA_REQUIRE(python, l->name(),
                           ": updates can be added to layers that derive from Layer alone. Received: a ",
                           l->state()->class_name, ".");
            python->add_update(u.variable, u.value, u.momentum);
          },
          "update"_a.none());
  def_method(
      layer, "add_weight",
      [](const AnyLayer& l, const std::string& name, const Dims& shape, const Initializer& initializer,
         const Regularizer* regularizer, bool trainable, const Constraint* constraint, bool sparse_weight) {
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
  def(
      m, {"input_from_config", "InputLayer"},
      [](nb::handle config) { return layers::input_from_config(to_config(config)); }, "config"_a);
  def(
      m, "input_layer", [](const Symbol& input) { return AnyLayer(input); }, "input"_a);
  m.def("traced_phase", layers::traced_phase);
  m.def(
      "mask_of", [](const Symbol& symbol) { return symbol_or_none(layers::mask_of(symbol)); }, "symbol"_a);
  m.def(
      "python_layer",
      [](nb::handle self, const std::string& class_name, const LayerOptions& options) {
        return AnyLayer(PythonLayer(self, options, class_name));
      },
      "self"_a, "class_name"_a, "options"_a);
}

void bind_core(nb::module_& m) {
  def(
      m, {"input", "Input"},
      [](const std::optional<Dims>& shape, const std::optional<Dims>& batch_shape,
         const std::optional<std::string>& name, const std::optional<std::string>& dtype, bool sparse) {
        layers::InputOptions options{.name = name.value_or(""), .sparse = sparse};
        if (shape) options.shape = shape->shape;
        if (batch_shape) options.batch_shape = batch_shape->shape;
        if (dtype) options.dtype = dtype_from_name(*dtype);
        return layers::Input(options);
      },
      "shape"_a.none(), "batch_shape"_a.none(), "name"_a.none(), "dtype"_a.none(), "sparse"_a);
  def(
      m, {"dense_layer", "Dense"},
      [](Dim units, const Activation* activation, bool use_bias, const Initializer& kernel_initializer,
         const Initializer& bias_initializer, const Regularizer* kernel_regularizer,
         const Regularizer* bias_regularizer, const Regularizer* activity_regularizer,
         const Constraint* kernel_constraint, const Constraint* bias_constraint, bool sparse_weight,
         const LayerOptions& o) {
        return AnyLayer(layers::Dense(units, {.activation = or_none(activation),
                                              .use_bias = use_bias,
                                              .kernel_initializer = kernel_initializer,
                                              .bias_initializer = bias_initializer,
                                              .kernel_regularizer = or_none(kernel_regularizer),
                                              .bias_regularizer = or_none(bias_regularizer),
                                              .activity_regularizer = or_none(activity_regularizer),
                                              .kernel_constraint = or_none(kernel_constraint),
                                              .bias_constraint = or_none(bias_constraint),
                                              .sparse_weight = sparse_weight,
                                              .name = o.name,
                                              .trainable = o.trainable,
                                              .dtype = o.dtype,
                                              .input_shape = o.input_shape,
                                              .batch_input_shape = o.batch_input_shape}));
      },
      "units"_a, "activation"_a.none(), "use_bias"_a, "kernel_initializer"_a, "bias_initializer"_a,
      "kernel_regularizer"_a.none(), "bias_regularizer"_a.none(), "activity_regularizer"_a.none(),
      "kernel_constraint"_a.none(), "bias_constraint"_a.none(), "sparse_weight"_a, "options"_a);
  def(
      m, {"activation_layer", "Activation"},
      [](const Activation& activation, const LayerOptions& o) {
        return AnyLayer(layers::Activation(activation, o));
      },
      "activation"_a, "options"_a);
  def(
      m, {"dropout_layer", "Dropout"},
      [](double rate, const Dims& noise_shape, std::optional<uint64_t> seed, const LayerOptions& o) {
        return AnyLayer(layers::Dropout(rate, {.noise_shape = noise_shape.shape,
                                               .seed = seed,
                                               .name = o.name,
                                               .trainable = o.trainable,
                                               .dtype = o.dtype,
                                               .input_shape = o.input_shape,
                                               .batch_input_shape = o.batch_input_shape}));
      },
      "rate"_a, "noise_shape"_a, "seed"_a.none(), "options"_a);
  def(
      m, {"flatten_layer", "Flatten"}, [](const LayerOptions& o) { return AnyLayer(layers::Flatten(o)); },
      "options"_a);
  def(
      m, {"reshape_layer", "Reshape"},
      [](nb::handle shape, const LayerOptions& o) { return AnyLayer(layers::Reshape(to_shape(shape), o)); },
      "target_shape"_a, "options"_a);
}

// A layer without settings of its own.
template <class L>
void bind_of_options(nb::module_& m, const Bound& bound) {
  def(
      m, bound, [](const LayerOptions& o) { return AnyLayer(L(o)); }, "options"_a);
}

void bind_merge(nb::module_& m) {
  def(
      m, {"concatenate_layer", "Concatenate"},
      [](int axis, const LayerOptions& o) { return AnyLayer(layers::Concatenate(axis, o)); }, "axis"_a,
      "options"_a);
  bind_of_options<layers::Add>(m, {"add_layer", "Add"});
  bind_of_options<layers::Subtract>(m, {"subtract_layer", "Subtract"});
  bind_of_options<layers::Multiply>(m, {"multiply_layer", "Multiply"});
  bind_of_options<layers::Maximum>(m, {"maximum_layer", "Maximum"});
  bind_of_options<layers::Minimum>(m, {"minimum_layer", "Minimum"});
  bind_of_options<layers::Average>(m, {"average_layer", "Average"});
  def(
      m, {"dot_layer", "Dot"},
      [](int first, int second, bool normalize, const LayerOptions& o) {
        return AnyLayer(layers::Dot(std::pair{first, second}, normalize, o));
      },
      "first_axis"_a, "second_axis"_a, "normalize"_a, "options"_a);
}

}  // namespace

void bind_layers(nb::module_& m) {
  bind_layer(m);
  bind_core(m);
  bind_merge(m);
}

}  // namespace lacuna::bind
