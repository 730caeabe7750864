// Layers one after another.
#include "lacuna/models/sequential.h"

#include <algorithm>

#include "lacuna/base/utf8.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/recurrent/nested.h"

namespace lacuna {
namespace {

// A model as a layer, used only by Sequential.
class ModelLayer final : public layers::Layer {
 public:
  explicit ModelLayer(const Model& model) : Layer(model.state()), model_(model) {}
  const Symbol& input() const { return model_.network().inputs()[0]; }

 private:
  std::vector<Symbol> apply(layers::Inputs inputs) override {
    LACUNA_REQUIRE(!inputs.training || inputs.training == layers::traced_phase(), name(),
                   ": a model as a layer trains where the model around it does. Received: training=",
                   *inputs.training ? "true" : "false", ".");
    return model_(inputs.symbols);
  }

  mutable Model model_;
};

// Holds a Sequential until its input shape is known: the first call tells it.
class LaterModel final : public layers::Layer {
 public:
  explicit LaterModel(const Sequential& held) : Layer(state_of(held)), model(held) {}

  Sequential model;

 private:
  std::vector<Symbol> apply(layers::Inputs inputs) override {
    if (!model.built()) model.build(inputs[0].shape());
    return model(inputs.symbols);
  }
  static std::shared_ptr<layers::LayerState> state_of(const Sequential& held) {
    auto state = std::make_shared<layers::LayerState>();
    state->class_name = "Sequential";
    state->name = held.name();
    state->settings = [model = held]() mutable { return model.get_config(); };
    return state;
  }
};

// An Input() as a layer, whose symbol it holds; it cannot be called.
class GivenInput final : public layers::Layer {
 public:
  explicit GivenInput(const Symbol& given) : Layer(layers::call_of(given)->layer), symbol(given) {}

  Symbol symbol;
};

// Models within the settings of other layers.
template <class M>
std::shared_ptr<layers::Layer> model_layer(const Config& config) {
  return std::make_shared<AnyLayer>(M::from_config(config))->shared();
}
const bool models_nested = layers::add_nested("Sequential", model_layer<Sequential>) &&
                           layers::add_nested("Model", model_layer<Model>);

LaterModel* later_of(const AnyLayer& layer) { return dynamic_cast<LaterModel*>(&*layer); }

void set_flag(const AnyLayer& layer, bool trainable) {
  if (LaterModel* later = later_of(layer)) later->model.set_itself_trainable(trainable);
  else layer->set_trainable(trainable);
}

// input: its shape, empty if it is not known yet. given: the Input() that stands first, if any.
Config config_of(const std::vector<AnyLayer>& layers, const std::optional<AnyLayer>& given,
                 const Shape& input, const std::string& name) {
  SettingList all;
  if (given) all.emplace_back(Config{{"class_name", "InputLayer"}, {"config", (*given)->state()->config()}});
  for (const AnyLayer& layer : layers) {
    const layers::LayerState& state = *layer->state();
    LaterModel* later = later_of(layer);
    Config entry{{"class_name", state.class_name},
                 {"config", later ? later->model.get_config() : state.config()}};
    if (state.key) entry["key"] = static_cast<int64_t>(state.key);
    if (SettingList keys = state.is_model ? SettingList() : state.inner_keys(); !keys.empty())
      entry["inner_keys"] = std::move(keys);
    all.emplace_back(std::move(entry));
  }
  Settings result;
  result.write("name", name);
  result.write("layers", std::move(all));
  if (Shape shape = input; !given && !shape.empty() && layers[0]->state()->batch_input_shape.empty() &&
                           !layers[0]->state()->is_model)
    result.shape("build_input_shape", shape);
  return result.written();
}

}  // namespace

AnyLayer AnyLayer::of_model(Model& model) {
  if (const auto* sequential = dynamic_cast<const Sequential*>(&model); sequential && !sequential->built())
    return AnyLayer(std::static_pointer_cast<layers::Layer>(std::make_shared<LaterModel>(*sequential)));
  const Network& network = model.network();
  LACUNA_REQUIRE(network.inputs().size() == 1 && network.outputs().size() == 1,
                 "Sequential: a model in it must have one input and one output. Received: model '",
                 model.name(), "', inputs=", network.inputs().size(), ", outputs=", network.outputs().size(),
                 ".");
  return AnyLayer(std::static_pointer_cast<layers::Layer>(std::make_shared<ModelLayer>(model)));
}

AnyLayer::AnyLayer(const Symbol& input) {
  const auto call = layers::call_of(input);
  LACUNA_REQUIRE(call && call->layer->class_name == "InputLayer",
                 "Sequential: a symbol in it must be of Input(). Received: ", input.spec(), ".");
  layer_ = std::make_shared<GivenInput>(input);
}

Sequential::Sequential(const std::vector<AnyLayer>& layers, const std::string& name)
    : Model(name.empty() ? layers::unique_name("Sequential") : checked_name("Sequential", name)) {
  for (const AnyLayer& layer : layers) add(layer);
}

bool Sequential::is_within(const layers::LayerState& layer) const {
  for (const auto& weak : state_->all_as_layer)
    if (weak.lock().get() == &layer) return true;
  return std::any_of(layer.inner.begin(), layer.inner.end(),
                     [this](const auto& inner) { return is_within(*inner); });
}

bool Sequential::is_within(const AnyLayer& layer) const {
  const LaterModel* later = later_of(layer);
  if (!later) return is_within(*layer->state());
  const State& other = *later->model.state_;
  return &other == state_.get() || std::any_of(other.layers.begin(), other.layers.end(),
                                               [this](const AnyLayer& inner) { return is_within(inner); });
}

const layers::LayerState& Sequential::first_of(const AnyLayer& layer) {
  const LaterModel* later = later_of(layer);
  return later && !later->model.layers().empty() ? first_of(later->model.layers().front()) : *layer->state();
}

AnyLayer Sequential::ready(const AnyLayer& layer, const Symbol& input) {
  const LaterModel* later = later_of(layer);
  if (!later) return layer;
  Sequential model = later->model;
  if (!model.built()) {
    LACUNA_REQUIRE(!model.layers().empty(), "Sequential: a model in it must have layers. Received: model '",
                   model.name(), "', layers=0.");
    model.start(input.shape(), input.storage() == Storage::csr && first_of(layer).fed_dtype,
                input.dtype() == DType::string);
  }
  return AnyLayer(std::move(model));
}

void Sequential::start(const Shape& shape, bool sparse, bool strings) {
  const layers::Apart apart;  // A layer whose call() builds this model must not hold its layers.
  auto& first = state_->layers.front();
  if (const LaterModel* later = later_of(first); later && later->model.built()) first = ready(first, {});
  const auto& s = first_of(first);
  const auto* model = dynamic_cast<const ModelLayer*>(&*first);
  const Symbol input = layers::Input({.batch_shape = model ? model->input().shape() : shape,
                                      .name = first->name() + "_input",
                                      .dtype = model                    ? model->input().dtype()
                                               : strings                ? DType::string
                                               : s.fed_dtype && !sparse ? *s.fed_dtype
                                                                        : s.dtype,
                                      .sparse = model ? model->input().storage() == Storage::csr : sparse});
  Symbol output = input;
  for (AnyLayer& layer : state_->layers) {
    layer = ready(layer, output);
    output = (*layer)(output);
  }
  state_->input = input;
  state_->output = output;
  state_->stale = true;
}

std::vector<Shape> Sequential::compute_output_shapes(const std::vector<Shape>& input_shapes) {
  if (built()) return Model::compute_output_shapes(input_shapes);
  std::vector<Shape> shapes = input_shapes;
  for (const AnyLayer& layer : state_->layers) {
    LaterModel* later = later_of(layer);
    shapes = later ? later->model.compute_output_shapes(shapes) : layer->compute_output_shapes(shapes, false);
  }
  return shapes;
}

Config Sequential::unbuilt_config() const {
  Config result = config_of(state_->layers, {}, {}, name());
  if (!state_->trainable) result["trainable"] = false;
  return result;
}

bool Sequential::flag() const { return state_->as_layer ? state_->as_layer->trainable : state_->trainable; }

bool Sequential::trainable() { return flag(); }

void Sequential::set_trainable(bool trainable) {
  if (built()) return Model::set_trainable(trainable);
  state_->trainable = trainable;
  for (const AnyLayer& layer : state_->layers) set_flag(layer, trainable);
}

void Sequential::set_itself_trainable(bool trainable) {
  if (built()) Model::set_itself_trainable(trainable);
  else state_->trainable = trainable;
}

void Sequential::add(AnyLayer layer) {
  if (const auto* given = dynamic_cast<const GivenInput*>(&*layer)) {
    LACUNA_REQUIRE(state_->layers.empty() && !state_->output,
                   "Sequential: an Input must stand first. Received: '", layer->name(), "' after ",
                   state_->layers.size(), " layers.");
    state_->given_input = layer;
    state_->input = state_->output = given->symbol;
    return;
  }
  LACUNA_REQUIRE(!state_->names.contains(layer->name()),
                 "Sequential: names of layers must differ. Received: '", layer->name(), "' twice.");
  LACUNA_REQUIRE(!is_within(layer),
                 "Sequential: a model in it must not be or hold this one. Received: model '", layer->name(),
                 "' for model '", name(), "'.");
  if (const LaterModel* later = later_of(layer); later && (state_->output || later->model.built()))
    layer = ready(layer, state_->output);
  const auto* model = dynamic_cast<const ModelLayer*>(&*layer);
  const Shape& shape = model ? model->input().shape() : layer->state()->batch_input_shape;
  const bool starts = !state_->output && state_->layers.empty() && !shape.empty();
  if (state_->output)
    state_->output = (*layer)(state_->output);  // If it does not fit, the model stays as it was.
  state_->layers.push_back(layer);
  if (!flag()) set_flag(layer, false);  // The flag was set for all layers.
  state_->stale = true;
  state_->names.insert(layer->name());
  if (!starts) return;
  try {
    start(shape, false);
  } catch (...) {
    state_->layers.pop_back();
    state_->names.clear();
    throw;
  }
}

void Sequential::pop() {
  LACUNA_REQUIRE(!state_->layers.empty(), "Sequential: there must be a layer to pop. Received: layers=0.");
  state_->names.erase(state_->layers.back()->name());
  state_->layers.pop_back();
  state_->stale = true;
  if (!state_->output) return;
  if (state_->layers.empty()) {
    state_->output = state_->given_input ? state_->input : Symbol();
    if (!state_->given_input) state_->input = Symbol();
    return;
  }
  state_->output = layers::call_of(state_->output)->inputs[0];
}

void Sequential::build(const Shape& batch_input_shape) {
  LACUNA_REQUIRE(!state_->layers.empty(),
                 "Sequential: layers must be added before build. Received: layers=0.");
  if (!state_->output) start(batch_input_shape, false);
}

void Sequential::compile(const CompileOptions& options) {
  state_->options = options;
  const bool compiles = state_->stale;  // Remaking the network compiles it as well.
  prepare(nullptr);
  if (state_->output && !compiles) trainer_->compile(options);
}

void Sequential::prepare(const Arrays* x) {
  LACUNA_REQUIRE(!state_->layers.empty(), "Sequential: the model must have layers. Received: layers=0.");
  if (!state_->output && x && x->list.size() == 1) {
    Shape shape = x->list[0].tensor().shape();
    LACUNA_REQUIRE(!shape.empty(), "Sequential: x must have rows. Received: shape=().");
    if (shape.size() == 1) shape.push_back(1);
    shape[0] = None;
    // A layer of ids reads csr in another way than dense ids; for other layers it makes no difference.
    start(shape, x->list[0].tensor().storage() == Storage::csr && first_of(state_->layers.front()).fed_dtype,
          x->list[0].tensor().dtype() == DType::string);
  }
  if (state_->output && state_->stale) {
    set_network(std::make_shared<Network>(std::vector{state_->input}, std::vector{state_->output}, name()),
                "Sequential");
    as_layer_->trainable = flag();
    std::erase_if(state_->all_as_layer, [](const auto& weak) { return weak.expired(); });
    state_->all_as_layer.push_back(as_layer_);
    // Captures copies, not the model's own state, which owns this.
    as_layer_->settings = [layers = state_->layers, given = state_->given_input,
                           input = state_->input.shape(),
                           name = name()] { return config_of(layers, given, input, name); };
    state_->stale = false;
    state_->trainer = trainer_;
    state_->as_layer = as_layer_;
    if (state_->options) trainer_->compile(*state_->options);
  }
  trainer_ = state_->trainer;
  as_layer_ = state_->as_layer;
}

}  // namespace lacuna
