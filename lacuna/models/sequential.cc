// Layers one after another.
#include "lacuna/models/sequential.h"

#include "lacuna/layers/input.h"

namespace lacuna {
namespace {

// A model as a layer, which only a Sequential calls so.
class ModelLayer final : public layers::Layer {
 public:
  explicit ModelLayer(const Model& model) : Layer(model.state()), model_(model) {}
  const Symbol& input() const { return model_.network().inputs()[0]; }

 private:
  Symbol apply(const std::vector<Symbol>& inputs, bool) override { return model_(inputs)[0]; }

  mutable Model model_;
};

// input: its shape, or empty where it is not known yet.
Config config_of(const std::vector<AnyLayer>& layers, const Shape& input, const std::string& name) {
  SettingList all;
  for (const AnyLayer& layer : layers) {
    const layers::LayerState& state = *layer->state();
    Config entry{{"class_name", state.class_name}, {"config", state.config()}};
    if (state.key) entry["key"] = static_cast<int64_t>(state.key);
    all.emplace_back(std::move(entry));
  }
  Settings result;
  result.write("name", name);
  result.write("layers", std::move(all));
  if (Shape shape = input;
      !shape.empty() && layers[0]->state()->batch_input_shape.empty() && layers[0]->state()->inner.empty())
    result.shape("build_input_shape", shape);
  return result.written();
}

}  // namespace

AnyLayer AnyLayer::of_model(Model& model) {
  const Network& network = model.network();
  require(network.inputs().size() == 1 && network.outputs().size() == 1,
          "Sequential: a model in it must have one input and one output. Received: model '", model.name(),
          "', inputs=", network.inputs().size(), ", outputs=", network.outputs().size(), ".");
  return AnyLayer(std::static_pointer_cast<layers::Layer>(std::make_shared<ModelLayer>(model)));
}

Sequential::Sequential(const std::vector<AnyLayer>& layers, const std::string& name)
    : Model(name.empty() ? layers::unique_name("Sequential") : name) {
  for (const AnyLayer& layer : layers) add(layer);
}

void Sequential::start(const Shape& shape, bool sparse) {
  const auto& first = state_->layers.front();
  const auto& s = *first->state();
  const auto* model = dynamic_cast<const ModelLayer*>(&*first);
  const Symbol input = layers::Input({.batch_shape = shape,
                                      .name = first->name() + "_input",
                                      .dtype = model                    ? model->input().dtype()
                                               : s.feeds_ids && !sparse ? DType::int64
                                                                        : s.dtype,
                                      .sparse = model ? model->input().storage() == Storage::csr : sparse});
  Symbol output = input;
  for (const AnyLayer& layer : state_->layers) output = (*layer)(output);
  state_->input = input;
  state_->output = output;
  state_->stale = true;
}

Config Sequential::unbuilt_config() const { return config_of(state_->layers, {}, name()); }

void Sequential::add(const AnyLayer& layer) {
  for (const AnyLayer& other : state_->layers)
    require(other->name() != layer->name(), "Sequential: names of layers must differ. Received: '",
            layer->name(), "' twice.");
  const auto* model = dynamic_cast<const ModelLayer*>(&*layer);
  const Shape& shape = model ? model->input().shape() : layer->state()->batch_input_shape;
  if (state_->output)
    state_->output = (*layer)(state_->output);  // If it does not fit, the model stays as it was.
  state_->layers.push_back(layer);
  state_->stale = true;
  if (state_->layers.size() > 1 || shape.empty()) return;
  try {
    start(shape, false);
  } catch (...) {
    state_->layers.pop_back();
    throw;
  }
}

void Sequential::add(Sequential model) {
  if (!model.built() && state_->output) model.build(state_->output.shape());
  add(AnyLayer(std::move(model)));
}

void Sequential::pop() {
  require(!state_->layers.empty(), "Sequential: there must be a layer to pop. Received: layers=0.");
  state_->layers.pop_back();
  state_->stale = true;
  if (!state_->output) return;
  if (state_->layers.empty()) {
    state_->input = state_->output = Symbol();
    return;
  }
  state_->output = layers::call_of(state_->output)->inputs[0];
}

void Sequential::build(const Shape& batch_input_shape) {
  require(!state_->layers.empty(), "Sequential: layers must be added before build. Received: layers=0.");
  if (!state_->output) start(batch_input_shape, false);
}

void Sequential::compile(const CompileOptions& options) {
  state_->options = options;
  prepare(nullptr);
  if (state_->output) trainer_->compile(options);
}

void Sequential::prepare(const Arrays* x) {
  require(!state_->layers.empty(), "Sequential: the model must have layers. Received: layers=0.");
  if (!state_->output && x && x->list.size() == 1) {
    Shape shape = x->list[0].tensor().shape();
    require(!shape.empty(), "Sequential: x must have rows. Received: shape=().");
    if (shape.size() == 1) shape.push_back(1);
    shape[0] = None;
    // A layer of ids reads the columns of csr in another way than ids; to others it is all the same.
    start(shape, x->list[0].tensor().storage() == Storage::csr && state_->layers.front()->state()->feeds_ids);
  }
  if (state_->output && state_->stale) {
    set_network(std::make_shared<Network>(std::vector{state_->input}, std::vector{state_->output}, name()),
                "Sequential");
    // Without the model's own state, which this belongs to.
    as_layer_->settings = [layers = state_->layers, input = state_->input.shape(), name = name()] {
      return config_of(layers, input, name);
    };
    state_->stale = false;
    state_->trainer = trainer_;
    state_->as_layer = as_layer_;
    if (state_->options) trainer_->compile(*state_->options);
  }
  trainer_ = state_->trainer;
  as_layer_ = state_->as_layer;
}

}  // namespace lacuna
