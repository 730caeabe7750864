// The base class of all layers.
#include "lacuna/layers/layer.h"

#include <typeindex>

#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>

#include "lacuna/base/names.h"
#include "lacuna/base/utf8.h"
#include "lacuna/graph/assignment.h"
#include "lacuna/graph/let_go.h"
#include "lacuna/layers/calls.h"
#include "lacuna/layers/initializers/of_whole.h"
#include "lacuna/layers/sketch.h"
#include "lacuna/layers/weight_limit.h"
#include "lacuna/ops/elementwise/in_train_phase.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/parts/fixed_phase.h"
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna::layers {
namespace {

struct LayerClass {
  Reader read;
  Defaults defaults;
};

std::map<std::string, LayerClass>& readers() {
  static auto* table = new std::map<std::string, LayerClass>;
  return *table;
}

std::map<std::type_index, Copier>& copiers() {
  static auto* all = new std::map<std::type_index, Copier>;
  return *all;
}

double memory_of_the_machine() {
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
}

}  // namespace

// A layer whose call() this thread is in.
struct Open {
  LayerState& state;
  Open* before;
  std::vector<Symbol> losses{};
  std::vector<LayerUpdate> updates{};
  std::vector<Symbol> metrics{};
  std::vector<std::string> metric_names{};
  std::optional<bool> phase{};  // The phase that is being traced: see in_both_phases.
};

namespace {

thread_local Open* open = nullptr;

}  // namespace

Apart::Apart() : before_(std::exchange(open, nullptr)) {}
Apart::~Apart() { open = before_; }

void is_applied(const Call& call) {
  if (!open) return;
  open->state.hold(call.layer);
  open->losses.insert(open->losses.end(), call.losses.begin(), call.losses.end());
  open->metrics.insert(open->metrics.end(), call.metrics.begin(), call.metrics.end());
  open->metric_names.insert(open->metric_names.end(), call.metric_names.begin(), call.metric_names.end());
  for (LayerUpdate update : call.updates) open->updates.push_back(std::move(update));
}

Symbol mean_of(const char* where, const Symbol& symbol) {
  LACUNA_REQUIRE(static_cast<bool>(symbol), where, ": a symbol must be given. Received: an empty one.");
  LACUNA_REQUIRE(symbol.storage() == Storage::dense, where,
                 ": a symbol must be dense; write K.sum or K.mean of it. Received: ", symbol.spec(), ".");
  return (symbol.rank() == 0 ? symbol : mean(symbol)).with_origin(nullptr);
}

void add_loss(const Symbol& loss) {
  LACUNA_REQUIRE(
      open != nullptr,
      "add_loss: must be called within the call method of a layer. Received: a call from elsewhere; "
      "write model.add_loss(loss).");
  open->losses.push_back(mean_of("add_loss", loss));
}

void add_metric(const Symbol& value, const std::string& name) {
  LACUNA_REQUIRE(open != nullptr,
                 "add_metric: must be called within the call method of a layer. Received: a call from "
                 "elsewhere; write model.add_metric(value, name).");
  LACUNA_REQUIRE(!name.empty(), "add_metric: a name must be given. Received: name=''.");
  open->metrics.push_back(mean_of("add_metric", value));
  open->metric_names.push_back(name);
}

bool is_within_call() { return open != nullptr; }

bool add_class(const std::string& class_name, Reader read, Defaults defaults) {
  readers()[class_name] = {std::move(read), std::move(defaults)};
  return true;
}

bool add_copier(const std::type_info& type, Copier copy) {
  copiers()[type] = copy;
  return true;
}

bool knows(const std::string& class_name) { return readers().contains(class_name); }

Settings default_settings(const std::string& class_name) {
  const auto found = readers().find(class_name);
  return found == readers().end() || !found->second.defaults ? Settings() : found->second.defaults();
}

LayerOptions read_common(Settings& settings) {
  LayerOptions options;
  std::optional<std::string> dtype;
  settings("name", options.name)("trainable", options.trainable)("dtype", dtype);
  settings.shape("input_shape", options.input_shape).shape("batch_input_shape", options.batch_input_shape);
  if (dtype) options.dtype = dtype_from_name(*dtype);
  return options;
}

std::shared_ptr<Layer> from_config(const std::string& class_name, const Config& config) {
  const auto found = readers().find(class_name);
  if (found == readers().end()) {
    std::vector<std::string> known;
    for (const auto& entry : readers()) known.push_back(entry.first);
    throw InvalidArgument("layers: unknown class. Received: class_name=", in_quotes(class_name),
                          nearest(class_name, known), ".");
  }
  Settings settings(class_name, config);
  auto layer = found->second.read(settings, read_common(settings));
  settings.finish();
  return layer;
}

Call::~Call() {
  for (auto* symbols : {&inputs, &outputs, &masks, &losses, &metrics}) let_go(*symbols);
}

std::shared_ptr<const Call> call_of(const Symbol& symbol) {
  return std::dynamic_pointer_cast<const Call>(symbol.origin());
}

bool LayerUpdate::is_wanted() const {
  return std::ranges::all_of(layers, [](const auto& layer) { return layer->trainable; });
}

Symbol mask_of(const Symbol& symbol) {
  const auto call = call_of(symbol);
  for (size_t i = 0; call && i < call->masks.size(); ++i)
    if (call->outputs[i] == symbol) return call->masks[i];
  return {};
}

Symbol with_mask(const Symbol& x, const Symbol& mask) {
  if (!mask) return x;
  const auto record = std::make_shared<Call>();
  record->layer = std::make_shared<LayerState>();
  record->outputs = {x.with_origin(nullptr)};
  record->masks = {mask.with_origin(nullptr)};
  return x.with_origin(record);
}

std::optional<bool> traced_phase() {
  for (const Open* at = open; at; at = at->before)
    if (at->phase) return at->phase;
  return std::nullopt;
}

Layer::Layer(const LayerOptions& options, const std::string& class_name)
    : state_(std::make_shared<LayerState>()) {
  state_->class_name = class_name;
  state_->name = options.name.empty() ? unique_name(class_name) : checked_name(class_name, options.name);
  state_->trainable = options.trainable;
  state_->dtype = options.dtype.value_or(floatx());
  LACUNA_REQUIRE(is_float(state_->dtype), class_name,
                 ": dtype must be float32 or float64. Received: dtype=", state_->dtype, ".");
  state_->batch_input_shape = options.batch_input_shape;
  if (state_->batch_input_shape.empty() && !options.input_shape.empty()) {
    state_->batch_input_shape = options.input_shape;
    state_->batch_input_shape.insert(state_->batch_input_shape.begin(), None);
  }
}

void Layer::set_name(const std::string& name) { state_->name = checked_name(state_->class_name, name); }

Symbol Layer::operator()(const Symbol& input) { return only_output(apply(Inputs({input}, false))); }
Symbol Layer::operator()(const std::vector<Symbol>& inputs) { return only_output(apply(Inputs(inputs))); }
std::vector<Symbol> Layer::operator()(const Inputs& inputs) { return apply(inputs); }

Symbol Layer::only_output(std::vector<Symbol> outputs) const {
  LACUNA_REQUIRE(outputs.size() == 1, name(),
                 ": the layer must give one output here; a Model of inputs and outputs takes several. "
                 "Received: outputs=",
                 outputs.size(), ".");
  return std::move(outputs[0]);
}

std::vector<Symbol> Layer::apply(Inputs inputs) {
  const std::vector<Symbol> given = inputs.symbols;
  const std::optional<bool> training = inputs.training;
  std::vector<Shape> shapes;
  const auto in_my_dtype = [&](const Symbol& s) {
    return s && is_float(s.dtype()) && s.dtype() != dtype() ? cast(s, dtype()) : s;
  };
  LACUNA_REQUIRE(given.size() > inputs.named.size(), name(),
                 ": inputs must hold symbols. Received: an empty list.");
  if (!state_->takes_arguments && !(inputs.arguments.empty() && inputs.named.empty()))
    throw InvalidType(name(), ": call has no argument '",
                      inputs.named.empty() ? inputs.arguments.begin()->first : inputs.named[0],
                      "'. Received: layer of class ", state_->class_name, ".");
  inputs.masks.clear();
  for (Symbol& s : inputs.symbols) {
    LACUNA_REQUIRE(static_cast<bool>(s), name(), ": inputs must be symbols. Received: an empty symbol.");
    inputs.masks.push_back(in_my_dtype(mask_of(s)));
    shapes.push_back(s.shape());
    const bool ids = state_->fed_dtype && s.storage() == Storage::dense;
    if (!ids) s = in_my_dtype(s);
  }
  if (training && training == traced_phase()) inputs.training.reset();  // The argument adds nothing.
  if (!training && !traced_phase() && fixed_learning_phase() == false) inputs.training = false;
  if (open) open->state.hold(state_);  // Before its own call, which uses the key that hold() sets.
  Sketch::keep(state_);
  Open here{.state = *state_, .before = open};
  struct Close {
    Open* before;
    ~Close() { open = before; }
  } close{std::exchange(open, &here)};
  shapes.resize(inputs.unnamed());
  make_weights_for(shapes);
  std::vector<Symbol> masks = compute_masks(inputs);
  updates_.clear();
  const auto held = state_->inner.size(), made = state_->weights.size();
  std::vector<Symbol> outputs;
  const FixedPhase phase(inputs.training.value_or(FixedPhase::trains()));
  try {
    outputs = call(inputs);
  } catch (...) {  // Otherwise a second try would hold them again.
    state_->inner.resize(held);
    state_->weights.resize(made);
    throw;
  }
  LACUNA_REQUIRE(!outputs.empty(), name(), ": call must give a symbol or more. Received: none.");
  if (masks.size() == 1) masks.resize(outputs.size(), masks[0]);
  LACUNA_REQUIRE(masks.size() == outputs.size(), name(),
                 ": compute_mask must give a mask for each output, or one for all. Received: masks=",
                 masks.size(), ", outputs=", outputs.size(), ".");
  auto record = std::make_shared<Call>();
  record->layer = state_;
  record->inputs = given;
  record->training = training;
  record->arguments = inputs.arguments;
  record->named = inputs.named;
  for (const Symbol& output : outputs) record->outputs.push_back(output.with_origin(nullptr));
  if (std::ranges::any_of(masks, [](const Symbol& mask) { return static_cast<bool>(mask); }))
    for (const Symbol& mask : masks) record->masks.push_back(mask ? mask.with_origin(nullptr) : mask);
  record->updates = std::exchange(updates_, {});
  for (LayerUpdate& update : here.updates) {
    update.layers.push_back(state_);
    record->updates.push_back(std::move(update));
  }
  for (const Symbol& output : outputs)
    if (const Symbol loss = activity_loss(output)) record->losses.push_back(loss.with_origin(nullptr));
  for (const Symbol& loss : here.losses) record->losses.push_back(loss.with_origin(nullptr));
  record->metrics = std::move(here.metrics);
  record->metric_names = std::move(here.metric_names);
  if (const auto copier = copiers().find(typeid(*this)); copier != copiers().end())
    record->again = [copy = copier->second(*this), is_list = inputs.is_list, training,
                     arguments = inputs.arguments, named = inputs.named](const std::vector<Symbol>& symbols) {
      Inputs once_more(symbols, is_list, training);
      once_more.arguments = arguments;
      once_more.named = named;
      return (*copy)(once_more);
    };
  add_call(record);
  open = here.before;
  is_applied(*record);
  std::vector<Symbol> result;
  for (const Symbol& output : outputs) result.push_back(output.with_origin(record));
  return result;
}

void Layer::make_weights_for(const std::vector<Shape>& input_shapes) {
  if (state_->built) return;
  Sketch::keep(state_);
  state_->built = true;  // Now, since a build in Python may ask for its own weights.
  try {
    build(input_shapes);
    if (!state_->first_weights.empty() && !Sketch::is_on()) {
      set_weights(state_->first_weights);
      state_->first_weights.clear();
    }
  } catch (...) {
    state_->built = false;
    state_->weights.clear();  // Otherwise a second try would add them again.
    throw;
  }
}

void Layer::hold(const Layer& layer) {
  Sketch::keep(state_);
  state_->hold(layer.state());
}

std::vector<Symbol> Layer::in_both_phases(const std::function<std::vector<Symbol>(bool training)>& trace) {
  if (const auto phase = traced_phase()) return trace(*phase);
  Open& here = *open;
  struct Phase {
    Open& of;
    ~Phase() { of.phase.reset(); }
  } end{here};
  const std::vector<LayerUpdate> updates = updates_, inner_updates = here.updates;
  const size_t losses = here.losses.size(), metrics = here.metrics.size();
  const auto own = [&] { return state_->inner.size() + state_->weights.size(); };
  const size_t at_first = own();
  here.phase = false;
  const std::vector<Symbol> otherwise = trace(false);
  std::vector<Symbol> losses_otherwise(here.losses.begin() + static_cast<std::ptrdiff_t>(losses),
                                       here.losses.end());
  const std::vector<Symbol> metrics_otherwise(here.metrics.begin() + static_cast<std::ptrdiff_t>(metrics),
                                              here.metrics.end());
  here.metrics.resize(metrics);
  here.metric_names.resize(metrics);
  updates_ = updates;
  here.updates = inner_updates;
  here.losses.resize(losses);
  const size_t at_second = own();
  here.phase = true;
  std::vector<Symbol> result = trace(true);
  LACUNA_REQUIRE(
      at_second == at_first || own() == at_second, name(),
      ": layers and weights must be made in __init__ or build if call has an argument `training`, since call "
      "runs twice, and each run would make its own. Received: a call that makes them.");
  LACUNA_REQUIRE(result.size() == otherwise.size(), name(),
                 ": call must give as many outputs in training as outside of it. Received: ", result.size(),
                 " and ", otherwise.size(), ".");
  for (size_t i = 0; i < result.size(); ++i)
    if (!(result[i] == otherwise[i])) result[i] = in_train_phase(result[i], otherwise[i]);
  LACUNA_REQUIRE(here.metrics.size() == metrics + metrics_otherwise.size(), name(),
                 ": call must add as many metrics in training as outside of it. Received: ",
                 here.metrics.size() - metrics, " and ", metrics_otherwise.size(), ".");
  for (size_t i = 0; i < metrics_otherwise.size(); ++i)
    if (Symbol& m = here.metrics[metrics + i]; !(m == metrics_otherwise[i]))
      m = in_train_phase(m, metrics_otherwise[i]);
  for (size_t i = losses; i < here.losses.size(); ++i) {
    Symbol& loss = here.losses[i];
    const auto same = std::ranges::find(losses_otherwise, loss);
    if (same != losses_otherwise.end()) losses_otherwise.erase(same);
    else loss = in_train_phase(loss, constant(0.0, loss.dtype()));
  }
  for (const Symbol& loss : losses_otherwise)
    here.losses.push_back(in_train_phase(constant(0.0, loss.dtype()), loss));
  return result;
}

void Layer::build(const std::vector<Shape>&) {}

std::vector<Symbol> Layer::call(const Inputs& inputs) {
  if (inputs.is_list) return {call(inputs.symbols)};
  return {inputs.masks[0] ? call(inputs[0], inputs.masks[0]) : call(inputs[0])};
}

Symbol Layer::call(const Symbol&) {
  throw InvalidArgument(name(), ": the layer must be called on a list of inputs. Received: one input.");
}

Symbol Layer::call(const std::vector<Symbol>& inputs) {
  LACUNA_REQUIRE(inputs.size() == 1, name(),
                 ": the layer must be called on one input. Received: inputs=", inputs.size(), ".");
  return call(inputs[0]);
}

Symbol Layer::call(const Symbol& input, const Symbol&) { return call(input); }

Symbol Layer::compute_mask(const std::vector<Symbol>&, const std::vector<Symbol>& masks) {
  for (const Symbol& mask : masks)
    LACUNA_REQUIRE(
        !mask || state_->supports_masking, name(),
        ": the layer does not support masking, but its input has a mask, of Embedding(mask_zero=True) or "
        "Masking. Received: mask=",
        mask ? text(mask.spec()) : std::string(), ".");
  return masks.size() == 1 ? masks[0] : Symbol();
}

std::vector<Symbol> Layer::compute_masks(const Inputs& inputs) {
  return {compute_mask(inputs.symbols, inputs.masks)};
}

void Layer::add_update(const VariablePtr& variable, const Symbol& value, double momentum,
                       const Symbol& replaced) {
  Update made = update(variable, value, momentum);
  if (!open) state_->added_updates.push_back(std::move(made));
  else
    (&open->state == state_.get() ? updates_ : open->updates)
        .push_back({{state_}, std::move(made), replaced});
}

void Layer::add_loss(const Symbol& loss) {
  if (open) layers::add_loss(loss);
  else state_->added_losses.push_back(mean_of("add_loss", loss));
}

Symbol Layer::activity_loss(const Symbol&) { return {}; }

Symbol Layer::add_weight(const std::string& name, const Shape& shape,
                         const Arg<initializers::Initializer>& initializer,
                         const Arg<regularizers::Regularizer>& regularizer,
                         const Arg<constraints::Constraint>& constraint, bool trainable, bool sparse) {
  LACUNA_REQUIRE(static_cast<bool>(initializer), state_->name,
                 ": a weight must have an initializer. Received: ", name, " without one.");
  for (const Dim d : shape)
    LACUNA_REQUIRE(d > 0, state_->name,
                   ": a weight's dimensions must be known and positive. Received: ", name, " of shape ",
                   to_string(shape), ".");
  LACUNA_REQUIRE(
      !sparse || !constraint || constraint->row_wise(), state_->name,
      ": a constraint over all rows cannot hold for a weight whose rows are made when they are touched. "
      "Received: "
      "constraint of '",
      name, "' along axis 0.");
  checked_name(state_->name, name);
  const Spec spec{shape, dtype(), sparse ? Storage::row_table : Storage::dense};
  if (Sketch::is_on()) {
    Sketch::keep(state_);
    const std::string full = state_->name + "/" + name;
    auto variable = sparse
                        ? std::make_shared<Variable>(full, spec, Draw{})
                        : std::make_shared<Variable>(full, tensor::Dense{.dtype = dtype(), .shape = shape});
    state_->weights.push_back({.variable = std::move(variable), .trainable = trainable});
    return read(state_->weights.back().variable);
  }
  double bytes = static_cast<double>(size_of(dtype()));
  for (const Dim d : shape) bytes *= static_cast<double>(d);
  if (!sparse) WeightLimit::take(state_->name, name, bytes);
  const double held = sparse ? bytes / static_cast<double>(shape[0]) : bytes;  // A table: at least a row.
  LACUNA_REQUIRE(
      held < memory_of_the_machine(), state_->name,
      ": a weight must fit in memory; with sparse_weight=True (of Embedding: sparse_grad=True) only the "
      "rows that are "
      "touched are kept. Received: ",
      name, " of shape ", to_string(shape), ", bytes=", bytes, ".");
  Weight weight{.variable = initializers::filled(state_->name + "/" + name, spec, *initializer),
                .regularizer = regularizer.get(),
                .constraint = constraint.get(),
                .trainable = trainable};
  weight.variable->set_weight();
  state_->weights.push_back(weight);
  return read(weight.variable);
}

std::vector<VariablePtr> Layer::weights() const {
  std::vector<VariablePtr> result;
  for (const Weight* w : state_->ordered_weights()) result.push_back(w->variable);
  return result;
}

std::vector<tensor::Dense> Layer::get_weights() const {
  std::vector<tensor::Dense> result;
  const auto variables = weights();
  const auto turn = take_turn(variables);
  for (const VariablePtr& v : variables) result.push_back(v->to_dense());
  return result;
}

void Layer::set_weights(const std::vector<tensor::Dense>& values) {
  const auto variables = weights();
  LACUNA_REQUIRE(values.size() == variables.size(), "set_weights: a value must be given for each weight of '",
                 name(), "'. Received: values=", values.size(), ", weights=", variables.size(), ".");
  for (size_t i = 0; i < values.size(); ++i)
    LACUNA_REQUIRE(values[i].shape == variables[i]->spec().shape,
                   "set_weights: the value must have the shape of the weight. Received: shape=",
                   to_string(values[i].shape), ", weight '", variables[i]->name(), "' ", variables[i]->spec(),
                   ".");
  std::vector<Assignment> assignments;
  for (size_t i = 0; i < values.size(); ++i) assignments.push_back({variables[i].get(), values[i]});
  const auto turn = take_turn(variables);
  assign(std::move(assignments));
}

}  // namespace lacuna::layers
