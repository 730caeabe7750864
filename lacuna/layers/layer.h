// A layer: weights, and what it does to symbols. What a user derives from in C++.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lacuna/base/settings.h"
#include "lacuna/graph/update.h"
#include "lacuna/layers/constraints/constraints.h"
#include "lacuna/layers/initializers/initializers.h"
#include "lacuna/layers/regularizers/regularizers.h"

namespace lacuna::layers {

// What every layer takes: Keras' **kwargs.
struct LayerOptions {
  std::string name{};  // class name and a number unless given
  bool trainable = true;
  std::optional<DType> dtype{};  // of its weights; floatx unless given
  Shape input_shape{};           // without the batch: for the first layer of a Sequential
  Shape batch_input_shape{};     // with it
};

// The common part of a layer's own options.
template <class Options>
LayerOptions common(const Options& o) {
  return {o.name, o.trainable, o.dtype, o.input_shape, o.batch_input_shape};
}

struct Weight {
  VariablePtr variable{};
  std::shared_ptr<regularizers::Regularizer> regularizer{};
  std::shared_ptr<constraints::Constraint> constraint{};
  bool trainable = true;
};

// While it lives, layers that this thread applies are not those of the layer whose call it is in.
class Apart {
 public:
  Apart();
  ~Apart();
  Apart(const Apart&) = delete;
  Apart& operator=(const Apart&) = delete;

 private:
  struct Open* before_;
};

// The phase that is being traced, where a layer is asked what it does in training and what else: see
// Layer::in_both_phases. What is made then is used in that phase alone.
std::optional<bool> traced_phase();

// Tells the layer whose call this thread is in, if any, that it holds the layer of this call, and its losses
// and updates.
void is_applied(const struct Call& call);

// Adds those that are not there yet.
void add_new(std::vector<Weight*>& all, const std::vector<Weight*>& more);

// What copies of a layer share, and what a network keeps of it: called twice, the weights are the same.
struct LayerState {
  std::string class_name{};
  std::string name{};
  bool trainable = true;
  bool built = false;
  bool feeds_ids = false;         // Its auto-made Input is of integer ids.
  bool supports_masking = false;  // It takes an input that has a mask.
  DType dtype = DType::float32;
  Shape batch_input_shape{};
  std::function<Config()> settings{};  // Its own, beside those of every layer; empty where it was not told.
  uint64_t key = 0;  // Of what it draws in training (Dropout), 0 if nothing; kept with a saved model.
  std::vector<Weight> weights{};
  // Calls, oldest first, for whoever holds them still.
  std::vector<std::weak_ptr<const struct Call>> calls{};

  // Layers that this one holds, whose weights are its own and whose flags hold: of a model its layers, of any
  // other those that its call applies, or that hold() was told of.
  std::vector<std::shared_ptr<LayerState>> inner{};
  bool is_model = false;
  void hold(const std::shared_ptr<LayerState>& layer);
  // The keys of layers that it holds, as files keep them: for those that hold() meets next, in order.
  SettingList inner_keys() const;
  SettingList keys_to_come{};

  // Its own, trainable ones first, then layer by layer those of the layers that it holds. Each once.
  std::vector<Weight*> ordered_weights();
  // Those that learn at the moment.
  std::vector<Weight*> trainable_weights();

  // Keras' get_config: its own settings, and name, trainable, dtype and batch_input_shape.
  Config config() const;
  Config common_config() const;  // The latter alone.
};

// An update and the layer whose it is, with the models and layers that hold it: done while all of them are
// trainable.
struct LayerUpdate {
  std::vector<std::shared_ptr<LayerState>> layers{};
  Update update{};
  bool is_wanted() const;
};

// What a layer is called on.
struct Inputs {
  explicit Inputs(std::vector<Symbol> symbols_, bool is_list_ = true, std::optional<bool> training_ = {})
      : symbols(std::move(symbols_)), is_list(is_list_), training(training_) {}

  size_t size() const { return symbols.size(); }
  const Symbol& operator[](size_t i) const { return symbols[i]; }

  std::vector<Symbol> symbols;
  std::vector<Symbol> masks{};  // Of each; empty ones where all steps count: see mask_of.
  bool is_list;                 // [x] was given, and not x.
  // Keras' argument: whether the layer does what it does in training. None: in training it does, and else
  // not.
  std::optional<bool> training;
};

// One use of a layer: the origin of the symbols that it answered.
struct Call final : Origin {
  Call() = default;
  ~Call() override;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  std::shared_ptr<LayerState> layer{};
  std::vector<Symbol> inputs{};
  std::optional<bool> training{};
  std::vector<Symbol> outputs{};  // Without origin, or they would hold themselves.
  std::vector<Symbol> masks{};    // Of the outputs; empty ones where all steps count.
  std::vector<Symbol> losses{};   // Of the activity regularizer.
  std::vector<LayerUpdate> updates{};
};

// The call that made a symbol, or null.
std::shared_ptr<const Call> call_of(const Symbol& symbol);

// Keras' mask of what a layer answered: 1 where a step counts, 0 where it does not, of the shape of the
// symbol without its last axes: (batch, steps) for (batch, steps, features). Empty where all steps count.
Symbol mask_of(const Symbol& symbol);

// "dense_3": the next free name of a class, which Keras' rule turns to small letters: "PReLU" to "p_re_lu".
std::string unique_name(const std::string& class_name);
void reset_names();  // Numbers start from 1 again.

class Layer {
 public:
  explicit Layer(const LayerOptions& options = {}, const std::string& class_name = "Layer");
  // The layer that a network kept the state of: its weights and flags; it cannot be called.
  explicit Layer(std::shared_ptr<LayerState> state) : state_(std::move(state)) {}
  virtual ~Layer() = default;
  Layer(const Layer&) = default;  // A copy is the same layer.
  Layer& operator=(const Layer&) = default;

  // Applies the layer: builds its weights at the first call.
  Symbol operator()(const Symbol& input);
  Symbol operator()(const std::vector<Symbol>& inputs);
  // The same with all of its outputs; the two above are for layers that give one.
  std::vector<Symbol> operator()(const Inputs& inputs);

  const std::string& name() const { return state_->name; }
  bool trainable() const { return state_->trainable; }
  Config get_config() const { return state_->config(); }
  void set_trainable(bool trainable) { state_->trainable = trainable; }
  const std::shared_ptr<LayerState>& state() const { return state_; }

  // Copies, trainable weights first. A table above 1 GiB is an error that names weight.rows().
  std::vector<tensor::Dense> get_weights() const;
  void set_weights(const std::vector<tensor::Dense>& weights);
  // The variables, in the same order.
  std::vector<VariablePtr> weights() const;

 protected:
  // Makes weights by add_weight. input_shapes: one of each input, the batch first. Layers that call applies
  // are held without more; of others whose weights it reads it tells by hold(), before.
  virtual void build(const std::vector<Shape>& input_shapes);
  // One of these is to be overridden: the first by layers of several outputs, or that look at masks of
  // several inputs or at `training`; the third by other layers of several inputs.
  virtual std::vector<Symbol> call(const Inputs& inputs);
  virtual Symbol call(const Symbol& input);
  virtual Symbol call(const std::vector<Symbol>& inputs);
  // To be overridden by a layer that looks at the mask of its one input; else call(input) is used.
  virtual Symbol call(const Symbol& input, const Symbol& mask);
  // The mask of the output, from a mask for each input (see mask_of). Unless overridden that of the only
  // input; an error if there is one and the layer does not support masking.
  virtual Symbol compute_mask(const std::vector<Symbol>& inputs, const std::vector<Symbol>& masks);
  // The same of layers of several outputs: one for all, or one for each.
  virtual std::vector<Symbol> compute_masks(const Inputs& inputs);
  // Of a layer that says it by `if`: trace(true) in training and trace(false) else; outputs and losses are
  // joined where they differ, updates are those of training. Within a phase that is being traced it is asked
  // for that alone. Layers that it applies are made before.
  std::vector<Symbol> in_both_phases(const std::function<std::vector<Symbol>(bool training)>& trace);
  void supports_masking() { state_->supports_masking = true; }
  void hold(const Layer& layer) { state_->hold(layer.state()); }
  // From within call: what a step of training changes beside the weights that learn.
  void add_update(const VariablePtr& variable, const Symbol& value, double momentum = 0);
  // An activity regularizer's loss of the output, or empty.
  virtual Symbol activity_loss(const Symbol& output);

  // A new weight, drawn by the initializer. sparse: a table whose rows are made when they are touched.
  Symbol add_weight(const std::string& name, const Shape& shape,
                    const Arg<initializers::Initializer>& initializer,
                    const Arg<regularizers::Regularizer>& regularizer = {},
                    const Arg<constraints::Constraint>& constraint = {}, bool trainable = true,
                    bool sparse = false);

  DType dtype() const { return state_->dtype; }

  // For get_config, in the constructor: the list of settings that known() was given as well, and their
  // values.
  template <class... Values>
  void describe(void (*list)(Settings&, Values&...), std::type_identity_t<Values>... values) {
    state_->settings = [=]() mutable {
      Settings settings;
      list(settings, values...);
      return settings.written();
    };
  }

 private:
  virtual std::vector<Symbol> apply(Inputs inputs);  // A model in a Sequential has its own.
  Symbol only_output(std::vector<Symbol> outputs) const;

  std::shared_ptr<LayerState> state_;
  std::vector<Update> updates_{};  // Of the call at hand.
};

// Makes a layer from its config: what Keras' layers.deserialize does. A class is told once, beside its code:
//
//   void list(Settings& s, Dim& units, DenseOptions& o) {  // by Keras' names, all but those of every layer
//     s("units", units)("activation", o.activation)…;
//   }
//   const bool told = known<Dense>("Dense", list);      // then Dense(units, o) is called
//
// and in the constructor describe(list, units, options) before they are moved from. The last value holds
// the LayerOptions' members. One's own layers may be told the same way; of_layers answers whether one was.
using Reader = std::function<std::shared_ptr<Layer>(Settings&, const LayerOptions&)>;
bool add_class(const std::string& class_name, Reader read);
bool knows(const std::string& class_name);
std::shared_ptr<Layer> from_config(const std::string& class_name, const Config& config);

// Reads what every layer takes.
LayerOptions read_common(Settings& settings);

// Sets in options, by reference or of any layer's own kind, what every layer takes.
template <class Options>
void set_common(Options& o, const LayerOptions& given) {
  o.name = given.name;
  o.trainable = given.trainable;
  o.dtype = given.dtype;
  o.input_shape = given.input_shape;
  o.batch_input_shape = given.batch_input_shape;
}

template <class L, class... Values>
bool known(const std::string& class_name, void (*list)(Settings&, Values&...)) {
  return add_class(class_name, [list](Settings& settings, const LayerOptions& given) {
    return std::apply(
        [&](auto&... values) -> std::shared_ptr<Layer> {
          set_common(std::get<sizeof...(Values) - 1>(std::tie(values...)), given);
          list(settings, values...);
          return std::make_shared<L>(std::move(values)...);
        },
        *std::make_unique<std::tuple<Values...>>());
  });
}

// The list of a layer that has no settings of its own.
inline void no_settings(Settings&, LayerOptions&) {}

}  // namespace lacuna::layers
