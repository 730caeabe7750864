// Layer, the base class of all layers: weights and a function of symbols. Users derive from it in C++.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <typeinfo>
#include <vector>

#include "lacuna/base/settings.h"
#include "lacuna/graph/update.h"
#include "lacuna/layers/constraints/constraints.h"
#include "lacuna/layers/initializers/initializers.h"
#include "lacuna/layers/regularizers/regularizers.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// The options that every layer takes: Keras' **kwargs.
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

// While it lives, a layer that this thread calls is not held by the layer whose call() the thread is in.
class Apart {
 public:
  Apart();
  ~Apart();
  Apart(const Apart&) = delete;
  Apart& operator=(const Apart&) = delete;

 private:
  struct Open* before_;
};

// The phase that is being traced (true: training) while a layer is traced for training and for the rest one
// after the other (see Layer::in_both_phases); else empty. Symbols made meanwhile are used in that phase
// only.
std::optional<bool> traced_phase();

// Tells the layer whose call() this thread is in, if any, about a call of another layer, so that it holds
// that layer and takes over its losses and updates.
void is_applied(const struct Call& call);

// Adds those of `more` that `all` does not have yet.
void add_new(std::vector<Weight*>& all, const std::vector<Weight*>& more);

class FeatureState;

// The state of a layer. Copies of the layer share it, and a network keeps it, so all calls use the same
// weights.
struct LayerState {
  std::string class_name{};
  std::string name{};
  bool trainable = true;
  bool built = false;
  std::optional<DType> fed_dtype{};  // Of an Input made for it, of ids or strings; empty: its own dtype.
  bool supports_masking = false;     // It takes an input that has a mask.
  bool takes_arguments = false;      // Its call takes further arguments: see Inputs.
  DType dtype = DType::float32;
  Shape batch_input_shape{};
  std::function<Config()> settings{};  // Its own settings, without the common ones; empty without describe().
  uint64_t key = 0;  // Key of its random numbers in training (Dropout), 0 if none; saved with a model.
  std::vector<Weight> weights{};
  std::shared_ptr<FeatureState> feature{};     // What adapt learns, of a layer of features; else null.
  std::vector<tensor::Dense> first_weights{};  // What the weights are set to when they are made; then empty.
  // Added outside of a call.
  std::vector<Symbol> added_losses{};
  std::vector<Update> added_updates{};
  // The calls, oldest first. Their outputs own them.
  std::vector<std::weak_ptr<const struct Call>> calls{};

  // The layers that this one holds: of a model its layers, of another layer those that its call() applies or
  // that were passed to hold(). Their weights count as its own, and their flags still apply.
  std::vector<std::shared_ptr<LayerState>> inner{};
  bool is_model = false;
  void hold(const std::shared_ptr<LayerState>& layer);
  // The random keys of the inner layers in the form that files keep; and keys from a file for the layers that
  // hold() will add, in order.
  SettingList inner_keys() const;
  SettingList keys_to_come{};

  // Makes these variables its own weights, and says whether they learn; its other weights then do the
  // opposite.
  void set_own_weights(const std::vector<VariablePtr>& variables, bool learn);

  // Its own weights, trainable ones first, then those of its inner layers, layer by layer. Each weight once.
  std::vector<Weight*> ordered_weights();
  // The weights that training currently changes.
  std::vector<Weight*> trainable_weights();
  // What its layers of features learn: its own, then those of its inner layers. Each once.
  std::vector<FeatureState*> features() const;

  // Keras' get_config: its own settings, and name, trainable, dtype and batch_input_shape.
  Config config() const;
  Config common_config() const;  // Only name, trainable, dtype and batch_input_shape.
};

// An update of a layer, with that layer and all models and layers that hold it. It takes place while all of
// them are trainable.
struct LayerUpdate {
  std::vector<std::shared_ptr<LayerState>> layers{};
  Update update{};
  // If not empty: what the variable stands in for while the update does not take place. So a frozen layer may
  // compute by its averages.
  Symbol replaced{};
  bool is_wanted() const;
};

// What a layer is called on.
struct Inputs {
  explicit Inputs(std::vector<Symbol> symbols_, bool is_list_ = true, std::optional<bool> training_ = {})
      : symbols(std::move(symbols_)), is_list(is_list_), training(training_) {}

  size_t size() const { return symbols.size(); }
  const Symbol& operator[](size_t i) const { return symbols[i]; }

  std::vector<Symbol> symbols;
  std::vector<Symbol> masks{};  // One for each input; empty if all steps count: see mask_of.
  bool is_list;                 // A list [x] was given, not x.
  // Keras' argument: whether the layer behaves as in training. Empty: as in training while the model trains,
  // else not.
  std::optional<bool> training;
  // Further arguments of call, for layers that take them: settings by name, and the names of the last
  // symbols, which are no inputs but arguments too.
  Config arguments{};
  std::vector<std::string> named{};

  size_t unnamed() const { return symbols.size() - named.size(); }
};

// One call of a layer: the origin of the symbols that it returned.
struct Call final : Origin {
  Call() = default;
  ~Call() override;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  std::shared_ptr<LayerState> layer{};
  std::vector<Symbol> inputs{};
  std::optional<bool> training{};
  Config arguments{};  // Of Inputs; the last of `inputs` have these names.
  std::vector<std::string> named{};
  std::vector<Symbol> outputs{};  // Without origin, else they would own themselves.
  std::vector<Symbol> masks{};    // Of the outputs; empty if all steps count.
  std::vector<Symbol> losses{};   // Of activity regularizers.
  std::vector<Symbol> metrics{};  // What add_metric added, and the names.
  std::vector<std::string> metric_names{};
  std::vector<LayerUpdate> updates{};
  // Makes the call once more, on other inputs. Empty for a layer whose class was not registered (see known).
  std::function<std::vector<Symbol>(const std::vector<Symbol>& inputs)> again{};
};

// The call that made a symbol, or null.
std::shared_ptr<const Call> call_of(const Symbol& symbol);

// Keras' mask of a layer's output: 1 where a step counts, 0 where it does not, of the shape of the symbol
// without its last axes: (batch, steps) for (batch, steps, features). Empty if all steps count.
Symbol mask_of(const Symbol& symbol);

// x as if it were the output of a layer, with that mask: for a layer that applies another one. x itself if
// the mask is empty.
Symbol with_mask(const Symbol& x, const Symbol& mask);

// "dense_3": the next free name for a class, in small letters by Keras' rule: "PReLU" gives "p_re_lu_1", and
// in the dialect of Keras 3 "p_re_lu", then "p_re_lu_1".
std::string unique_name(const std::string& class_name);
int next_number(const std::string& prefix);  // What unique_name takes, from 1 on.
void reset_names();                          // Numbers start from 1 again.

class Layer {
 public:
  explicit Layer(const LayerOptions& options = {}, const std::string& class_name = "Layer");
  // The layer of a state that a network keeps: it gives weights and flags, but cannot be called.
  explicit Layer(std::shared_ptr<LayerState> state) : state_(std::move(state)) {}
  virtual ~Layer() = default;
  Layer(const Layer&) = default;  // A copy is the same layer.
  Layer& operator=(const Layer&) = default;

  // Applies the layer: builds its weights at the first call.
  Symbol operator()(const Symbol& input);
  Symbol operator()(const std::vector<Symbol>& inputs);
  // The same for a layer with any number of outputs; the two above are for layers with one.
  std::vector<Symbol> operator()(const Inputs& inputs);

  // The shape of the output for an input of that shape, the batch first and None for an open dimension. The
  // layer stays as it is: it needs no weights, and makes none.
  Shape compute_output_shape(const Shape& input_shape);
  // The same for any number of inputs and outputs.
  std::vector<Shape> compute_output_shapes(const std::vector<Shape>& input_shapes, bool is_list = true);

  // The masks of the outputs, for a mask or an empty symbol for each input: see compute_mask.
  std::vector<Symbol> masks_of_outputs(const Inputs& inputs) { return compute_masks(inputs); }

  // Makes the weights for inputs of these shapes, unless there are weights: what the first call does.
  void make_weights_for(const std::vector<Shape>& input_shapes);

  const std::string& name() const { return state_->name; }
  void set_name(const std::string& name);  // Of the layer; its weights keep theirs.
  bool trainable() const { return state_->trainable; }
  Config get_config() const { return state_->config(); }
  void set_trainable(bool trainable) { state_->trainable = trainable; }
  const std::shared_ptr<LayerState>& state() const { return state_; }

  // Copies, trainable weights first. A table above 1 GiB is an error that names weight.rows().
  std::vector<tensor::Dense> get_weights() const;
  void set_weights(const std::vector<tensor::Dense>& weights);
  // The same before there are weights: the first call makes them with these values.
  void set_first_weights(std::vector<tensor::Dense> weights) { state_->first_weights = std::move(weights); }
  // The variables, in the same order.
  std::vector<VariablePtr> weights() const;

  // Adds an update that each step of training makes, beside the trained weights: in call(), for that call;
  // elsewhere for every model that holds the layer and can compute the value. replaced, in call() alone: see
  // LayerUpdate.
  void add_update(const VariablePtr& variable, const Symbol& value, double momentum = 0,
                  const Symbol& replaced = {});
  // The same for a loss; of a symbol that is no scalar, the mean counts.
  void add_loss(const Symbol& loss);

 protected:
  // Creates the weights with add_weight. input_shapes: one for each input, the batch first. Layers that
  // call() applies are held automatically; another layer whose weights it reads must be passed to hold()
  // before.
  virtual void build(const std::vector<Shape>& input_shapes);
  // A layer overrides one of these: the first if it has several outputs, or uses `training` or the masks of
  // several inputs; the third if it has several inputs otherwise; else the second.
  virtual std::vector<Symbol> call(const Inputs& inputs);
  virtual Symbol call(const Symbol& input);
  virtual Symbol call(const std::vector<Symbol>& inputs);
  // Overridden by a layer that uses the mask of its only input. By default it calls call(input).
  virtual Symbol call(const Symbol& input, const Symbol& mask);
  // The mask of the output, from a mask for each input (see mask_of). By default it is that of the only
  // input. If an input has a mask, a layer that does not support masking throws.
  virtual Symbol compute_mask(const std::vector<Symbol>& inputs, const std::vector<Symbol>& masks);
  // The same for layers with several outputs: one mask for all, or one for each.
  virtual std::vector<Symbol> compute_masks(const Inputs& inputs);
  // For a layer whose code branches on `training`: calls trace(false) and trace(true), and joins outputs and
  // losses where they differ; updates are those of training. While a phase is already being traced, calls
  // trace for that phase only. Inner layers must be made before.
  std::vector<Symbol> in_both_phases(const std::function<std::vector<Symbol>(bool training)>& trace);
  void supports_masking() { state_->supports_masking = true; }
  void hold(const Layer& layer);
  // The loss of the activity regularizer for the output, or empty.
  virtual Symbol activity_loss(const Symbol& output);

  // Adds a weight, filled by the initializer. sparse: a table whose rows are created when they are first
  // touched.
  Symbol add_weight(const std::string& name, const Shape& shape,
                    const Arg<initializers::Initializer>& initializer,
                    const Arg<regularizers::Regularizer>& regularizer = {},
                    const Arg<constraints::Constraint>& constraint = {}, bool trainable = true,
                    bool sparse = false);

  DType dtype() const { return state_->dtype; }

  // To be called in the constructor, for get_config: the list of settings that known() was given as well, and
  // their values.
  template <class... Values>
  void describe(void (*list)(Settings&, Values&...), std::type_identity_t<Values>... values) {
    state_->settings = [=]() mutable {
      Settings settings;
      list(settings, values...);
      return settings.written();
    };
  }

 private:
  virtual std::vector<Symbol> apply(Inputs inputs);  // A Sequential overrides it for its models.
  Symbol only_output(std::vector<Symbol> outputs) const;

  std::shared_ptr<LayerState> state_;
  std::vector<LayerUpdate> updates_{};  // Of the current call.
};

// Makes a layer from its config, as Keras' layers.deserialize. Each class is registered once, beside its
// code:
//
//   void list(Settings& s, Dim& units, DenseOptions& o) {  // by Keras' names, without those of every layer
//     s("units", units)("activation", o.activation)…;
//   }
//   const bool told = known<Dense>("Dense", list);      // from_config then calls Dense(units, o)
//
// The constructor must call describe(list, units, options) before it moves from these values. The last value
// must have the members of LayerOptions. Users can register their own layers in the same way; knows() tells
// whether a class is registered.
using Reader = std::function<std::shared_ptr<Layer>(Settings&, const LayerOptions&)>;
// Writes the settings of a class as they are unless given, in the order of its list; those that must be given
// are 0 or empty there.
using Defaults = std::function<Settings()>;
bool add_class(const std::string& class_name, Reader read, Defaults defaults = {});
// How a layer is copied by its type. A network needs it where a model is called on an input that has a mask:
// the layers inside have to take the mask into account, and are called again.
using Copier = std::shared_ptr<Layer> (*)(const Layer&);
bool add_copier(const std::type_info& type, Copier copy);
template <class L>
bool copyable() {
  return add_copier(typeid(L), [](const Layer& layer) -> std::shared_ptr<Layer> {
    return std::make_shared<L>(static_cast<const L&>(layer));
  });
}
bool knows(const std::string& class_name);
std::shared_ptr<Layer> from_config(const std::string& class_name, const Config& config);

Settings default_settings(const std::string& class_name);  // See Defaults; none if they are not known.

// Reads the settings that every layer takes.
LayerOptions read_common(Settings& settings);

// Sets the settings that every layer takes in the options of any layer.
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
  copyable<L>();
  return add_class(
      class_name,
      [list](Settings& settings, const LayerOptions& given) {
        return std::apply(
            [&](auto&... values) -> std::shared_ptr<Layer> {
              set_common(std::get<sizeof...(Values) - 1>(std::tie(values...)), given);
              list(settings, values...);
              return std::make_shared<L>(std::move(values)...);
            },
            *std::make_unique<std::tuple<Values...>>());
      },
      [list] {
        Settings settings;
        const auto values = std::make_unique<std::tuple<Values...>>();
        std::apply([&](auto&... each) { list(settings, each...); }, *values);
        return settings;
      });
}

// The list of a layer that has no settings of its own.
inline void no_settings(Settings&, LayerOptions&) {}

}  // namespace layers
}  // namespace lacuna
