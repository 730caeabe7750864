// Model and Sequential; training.cc has their training. Calls that take long run without the GIL.
#include "lacuna/models/model.h"

#include "lacuna/layers/sketch.h"
#include "lacuna/layers/weight_limit.h"
#include "lacuna/models/model_file.h"
#include "lacuna/models/ready_models.h"
#include "lacuna/models/sequential.h"
#include "lacuna/saving/keras_archive.h"
#include "lacuna/saving/later_keras.h"
#include "lacuna/serving/export.h"
#include "python/bind/argument.h"
#include "python/bind/path.h"
#include "python/bind/training.h"

namespace lacuna::bind {
namespace {

// Without the GIL: a Sequential may make its network now and join the turns of its weights, which may wait.
const Network& network_of(Model& model) {
  const WithoutGil no_gil;
  return model.network();
}

// HDF5 is never called with the GIL held: another thread, also of another package, may be inside HDF5 and
// need the GIL to leave it.
struct OpenFile {
  std::unique_ptr<ModelFile> file{};

  explicit OpenFile(hdf5::File opened) : file(std::make_unique<ModelFile>(std::move(opened))) {}
  OpenFile(OpenFile&&) = default;
  ~OpenFile() {
    const WithoutGil no_gil;
    file.reset();
  }
};

void bind_model_file(nb::module_& m) {
  nb::class_<OpenFile>(m, "ModelFile")
      .def_prop_ro("model_config",
                   [](const OpenFile& self) {
                     return from_config(without_gil([&] { return self.file->model_config(); }));
                   })
      .def_prop_ro("training_config",
                   [](const OpenFile& self) -> nb::object {
                     const auto config = without_gil([&] { return self.file->training_config(); });
                     return config ? nb::object(from_config(*config)) : nb::none();
                   })
      .def(
          "restore_weights",
          [](const OpenFile& self, Model& model) {
            const WithoutGil no_gil;
            self.file->restore_weights(model);
          },
          "model"_a)
      .def(
          "restore_training",
          [](const OpenFile& self, Model& model) {
            const WithoutGil no_gil;
            self.file->restore_training(model);
          },
          "model"_a);
  // These return a pointer: an object that is returned by value is moved, and its source destroyed, with the
  // GIL held.
  m.def(
      "open_model",
      [](const nb::bytes& path) {
        const std::string name = string_of(path);
        const WithoutGil no_gil;
        return new OpenFile(saving::open_model("load_model", name));
      },
      "path"_a, nb::rv_policy::take_ownership);
  m.def(
      "open_model_bytes",
      [](const nb::bytes& data) {
        const std::string bytes = string_of(data);
        const WithoutGil no_gil;
        return new OpenFile(saving::open_model_bytes("load_model", bytes));
      },
      "data"_a, nb::rv_policy::take_ownership);

  // Limits the weights that this thread makes for the file's model.
  struct Limit {
    double bytes;
    std::optional<layers::WeightLimit> limit{};
  };
  nb::class_<Limit>(m, "WeightLimit")
      .def(
          "__init__", [](Limit* self, const OpenFile& file) { new (self) Limit{file.file->weight_bytes()}; },
          "file"_a)
      .def("__enter__", [](Limit& self) { self.limit.emplace(self.bytes); })
      .def("__exit__", [](Limit& self, const nb::args&) { self.limit.reset(); });
}

// Defines saving, loading of weights, and configs.
void def_files(nb::class_<Model>& model) {
  model
      .def(
          "save",
          [](Model& self, const nb::bytes& path, bool overwrite, bool include_optimizer) {
            const std::string name = string_of(path);
            const WithoutGil no_gil;
            self.save(name, {overwrite, include_optimizer});
          },
          "path"_a, "overwrite"_a, "include_optimizer"_a)
      .def(
          "export",
          [](Model& self, const nb::bytes& path, const std::string& precision, bool overwrite) {
            const std::string name = string_of(path);
            const WithoutGil no_gil;
            return export_model(self.network(), name, {.precision = precision, .overwrite = overwrite});
          },
          "path"_a, "precision"_a, "overwrite"_a)
      .def(
          "save_to_bytes",
          [](Model& self, bool include_optimizer) {
            const std::string bytes = without_gil([&] { return self.save_to_bytes(include_optimizer); });
            return nb::bytes(bytes.data(), bytes.size());
          },
          "include_optimizer"_a = true)
      .def("save_weights_to_bytes",
           [](Model& self) {
             const std::string bytes = without_gil([&] { return self.save_weights_to_bytes(); });
             return nb::bytes(bytes.data(), bytes.size());
           })
      .def(
          "save_weights",
          [](Model& self, const nb::bytes& path, bool overwrite) {
            const std::string name = string_of(path);
            const WithoutGil no_gil;
            self.save_weights(name, {.overwrite = overwrite});
          },
          "path"_a, "overwrite"_a)
      .def(
          "load_weights",
          [](Model& self, const nb::bytes& path, bool by_name, bool skip_mismatch, bool reshape) {
            const std::string name = string_of(path);
            const WithoutGil no_gil;
            self.load_weights(name, {by_name, skip_mismatch, reshape});
          },
          "path"_a, "by_name"_a, "skip_mismatch"_a, "reshape"_a)
      .def(
          "load_weights_from_bytes",
          [](Model& self, const nb::bytes& data, bool by_name, bool skip_mismatch, bool reshape) {
            const std::string bytes = string_of(data);
            const WithoutGil no_gil;
            self.load_weights_from_bytes(bytes, {by_name, skip_mismatch, reshape});
          },
          "data"_a, "by_name"_a, "skip_mismatch"_a, "reshape"_a)
      .def_prop_ro("config",
                   [](Model& self) { return from_config(without_gil([&] { return self.get_config(); })); })
      .def_prop_ro("training_config",
                   [](const Model& self) -> nb::object {
                     const auto config = without_gil([&] { return self.training_config(); });
                     return config ? nb::object(from_config(*config)) : nb::none();
                   })
      .def("freeze_itself", [](Model& self) { without_gil([&] { self.set_itself_trainable(false); }); })
      .def("count_params", [](Model& self) { return without_gil([&] { return self.count_params(); }); });
}

void bind_model(nb::module_& m) {
  nb::class_<Model> model(m, "Model");
  model
      .def(
          "__init__",
          [](Model* self, nb::handle inputs, nb::handle outputs, nb::handle name) {
            const auto in = to_symbols({"Model", "inputs"}, inputs),
                       out = to_symbols({"Model", "outputs"}, outputs);
            const std::string given = to_text({"Model", "name"}, name);
            const WithoutGil no_gil;  // It joins the turns of its weights, which may wait.
            new (self) Model(in, out, given);
          },
          "inputs"_a.none(), "outputs"_a.none(), "name"_a.none())
      .def(
          "__call__",
          [](Model& self, nb::handle inputs) {
            const auto in = to_symbols({self.name().c_str(), "inputs"}, inputs);
            return without_gil([&] { return self(in); });
          },
          "inputs"_a.none())
      .def_prop_ro("id", [](Model& self) { return reinterpret_cast<uintptr_t>(self.state().get()); })
      .def_prop_rw(
          "name", [](Model& self) { return self.name(); },
          [](Model& self, nb::handle name) {
            self.set_name(to_text({"Model", "name"}, name));
          })
      .def_prop_ro("inputs", [](Model& self) { return network_of(self).inputs(); })
      .def_prop_ro("outputs", [](Model& self) { return network_of(self).outputs(); })
      .def_prop_ro("input_names", [](Model& self) { return network_of(self).input_names(); })
      .def_prop_ro("output_names", [](Model& self) { return network_of(self).output_names(); })
      .def_prop_ro("layers",
                   [](Model& self) {
                     nb::list result;
                     for (const auto& state : network_of(self).layers())
                       result.append(AnyLayer(layers::Layer(state)));
                     return result;
                   })
      .def(
          "get_layer",
          [](Model& self, const std::string& name) {
            return AnyLayer(layers::Layer(network_of(self).layer(name)));
          },
          "name"_a)
      .def("get_weights",
           [](Model& self) { return to_numpy(without_gil([&] { return self.get_weights(); })); })
      .def(
          "set_weights",
          [](Model& self, const std::vector<ArrayHandle>& weights) {
            const auto values = to_values(weights);
            const WithoutGil no_gil;
            self.set_weights(values);
          },
          "weights"_a)
      .def_prop_ro("weights", [](Model& self) { return to_handles(network_of(self).weights()); })
      .def_prop_ro("trainable_weights",
                   [](Model& self) { return to_handles(network_of(self).trainable_weights()); })
      .def_prop_rw(
          "trainable", [](Model& self) { return without_gil([&] { return self.trainable(); }); },
          [](Model& self, bool trainable) { without_gil([&] { self.set_trainable(trainable); }); })
      // They join the turns of what was added outside of calls, which may wait.
      .def_prop_ro("losses",
                   [](Model& self) { return without_gil([&] { return self.network().activity_losses(); }); })
      .def_prop_ro(
          "updates",
          [](Model& self) {
            std::vector<Update> result;
            for (const layers::LayerUpdate& u : without_gil([&] { return self.network().wanted_updates(); }))
              result.push_back(u.update);
            return result;
          })
      .def_prop_ro("calls",
                   [](Model& self) { return self.state() ? calls_of_layer(*self.state()) : nb::list(); })
      .def(
          "compute_output_shape",
          [](Model& self, nb::handle shapes) {
            std::vector<Shape> all;
            const Place at{"compute_output_shape", "input_shape"};
            for (const nb::object& one : to_list(at, shapes)) all.push_back(to_dims(at, one));
            nb::list result;
            for (const Shape& shape : self.compute_output_shapes(all)) result.append(from_shape(shape));
            return result;
          },
          "shapes"_a)
      .def_prop_ro("penalties", [](Model& self) { return penalties(network_of(self).weights()); })
      .def_prop_ro("input_count",
                   [](Model& self) { return self.state() ? network_of(self).fed_inputs().size() : 1; })
      .def_prop_ro(
          "fed_names",
          [](Model& self) {
            return self.state() ? network_of(self).fed_names() : std::vector<std::string>();
          },
          "Of the inputs that get data; empty before there is a network.")
      .def_prop_ro(
          "target_names",
          [](Model& self) {
            return self.state() ? network_of(self).output_names() : std::vector<std::string>();
          },
          "The names of outputs; empty before there is a network.")
      .def_prop_ro(
          "string_inputs",
          [](Model& self) -> std::vector<std::string> {
            std::vector<std::string> names;
            if (!self.state()) {  // A Sequential whose first layer may take strings takes the dtype of the
                                  // data.
              const auto* stack = dynamic_cast<const Sequential*>(&self);
              const bool may = stack && !stack->layers().empty() && stack->layers()[0]->state()->fed_dtype;
              return may ? std::vector<std::string>{"x"} : std::vector<std::string>();
            }
            for (size_t i = 0; i < network_of(self).fed_inputs().size(); ++i)
              if (network_of(self).fed_inputs()[i].dtype() == DType::string)
                names.push_back(network_of(self).fed_names()[i]);
            return names;
          },
          "The names of those that are strings.")
      .def_prop_ro("output_count",
                   [](Model& self) { return self.state() ? network_of(self).outputs().size() : 1; });
  def_files(model);
  def_method(
      model, "add_loss", [](Model& self, const Symbol& loss) { without_gil([&] { self.add_loss(loss); }); },
      "loss"_a);
  def_method(
      model, "add_metric",
      [](Model& self, const Symbol& value, const std::string& name) {
        without_gil([&] { self.add_metric(value, name); });
      },
      "value"_a, "name"_a);
  def_method(
      model, "summary",
      [](Model& self, std::optional<size_t> line_length) {
        return without_gil([&] { return self.summary(line_length.value_or(0)); });
      },
      "line_length"_a);
  model.def("summary_rows", [](Model& self) {
    nb::list result;
    for (const auto& row : without_gil([&] { return self.summary_rows(); }))
      result.append(nb::make_tuple(row.name, row.class_name, row.output, row.parameters, row.from));
    return result;
  });
  def_method(
      model, "explain",
      [](Model& self, nb::handle x, nb::handle y, Dim batch_size) {
        const Arrays inputs = to_arrays(x), targets = to_arrays(y);
        const Explanation explanation =
            without_gil([&] { return self.explain(inputs, targets, batch_size); });
        return nb::make_tuple(explanation.table(), Explanation::head(), explanation.lines());
      },
      "x"_a, "y"_a, "batch_size"_a);
  def_training(model);
}

void bind_network(nb::module_& m) {
  m.def(
      "in_older_words",
      [](nb::handle config) { return from_config(saving::in_older_words(to_config(config))); }, "config"_a);
  m.def(
      "network_from_config",
      [](nb::handle config, nb::handle make, nb::handle given_inputs) {
        const Config network = to_config(config);
        const NetworkParts parts = network_from_config(
            network,
            [&](const std::string& class_name, const Config& of_layer) -> Callable {
              const nb::object made = make(class_name, from_config(of_layer));
              const bool is_layer =
                  nb::hasattr(made, "_core") && nb::isinstance<AnyLayer>(made.attr("_core"));
              const auto layer = is_layer ? nb::cast<AnyLayer&>(made.attr("_core"))->state() : nullptr;
              return {layer, [made, class_name](const layers::Inputs& inputs) {
                        const nb::object given =
                            inputs.is_list ? main_inputs(inputs.symbols, inputs.named) : nb::cast(inputs[0]);
                        nb::dict arguments = arguments_of(inputs);
                        if (inputs.training) arguments["training"] = *inputs.training;
                        const nb::object output = made(given, **arguments);
                        if (nb::isinstance<Symbol>(output)) return std::vector{nb::cast<Symbol>(output)};
                        return to_symbols({class_name.c_str(), "its output"}, output);
                      }};
            },
            to_symbols({"clone_model", "input_tensors"}, given_inputs));
        return nb::make_tuple(parts.inputs, parts.outputs);
      },
      "config"_a.none(), "make"_a, "inputs"_a);
}

// The config of a ready model. No weights are made for it.
Config ready_config(const std::string& text, nb::handle of, nb::handle settings) {
  models::ReadyModelOptions options;
  const Config given = to_settings("ready_model", settings);
  Settings reader("ready_model", given);
  models::ready_model_list(reader, options);
  reader.finish();
  const layers::Sketch sketch;
  Model model = nb::isinstance<data::Dataset>(of)
                    ? models::ready_model(text, nb::cast<const data::Dataset&>(of), options)
                    : models::ready_model(text, Argument<Dim>::of({"ready_model", "input_dim"}, of), options);
  return {{"class_name", "Model"}, {"config", model.get_config()}};
}

void bind_ready_models(nb::module_& m) {
  def(
      m, {"ready_config", "ready_model"},
      [](const std::string& text, nb::handle of, nb::handle settings) {
        return from_config(ready_config(text, of, settings));
      },
      "text"_a, "input_dim"_a, "settings"_a);
}

void bind_sequential(nb::module_& m) {
  nb::class_<Sequential, Model>(m, "Sequential")
      .def(
          "__init__",
          [](Sequential* self, nb::handle name) {
            new (self) Sequential(std::vector<AnyLayer>{}, to_text({"Sequential", "name"}, name));
          },
          "name"_a.none())
      .def(
          "add", [](Sequential& self, const AnyLayer& layer) { without_gil([&] { self.add(layer); }); },
          "layer"_a)
      .def(
          "add",
          [](Sequential& self, const Sequential& other) { without_gil([&] { self.add(AnyLayer(other)); }); },
          "model"_a)
      .def(
          "add",
          [](Sequential& self, const Model& other) { without_gil([&] { self.add(AnyLayer(other)); }); },
          "model"_a)
      .def("pop", &Sequential::pop)
      .def(
          "build",
          [](Sequential& self, nb::handle shape) {
            self.build(to_dims({"build", "input_shape"}, shape));
          },
          "batch_input_shape"_a.none())
      .def_prop_ro("built", &Sequential::built);
}

}  // namespace

void bind_models(nb::module_& m) {
  bind_model_file(m);
  bind_model(m);
  bind_network(m);
  bind_ready_models(m);
  bind_sequential(m);
}

}  // namespace lacuna::bind
