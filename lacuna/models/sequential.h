// Sequential: layers one after another.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "lacuna/layers/layer.h"
#include "lacuna/models/model.h"

namespace LACUNA_EXPORT lacuna {

// Holds a layer of any class or a model: an element of a Sequential.
class AnyLayer {
 public:
  // A model of one input and one output. A Sequential without an input shape gets it from what stands before
  // it.
  template <std::derived_from<Model> M>
  AnyLayer(M model) : AnyLayer(of_model(model)) {}
  // What layers::Input() returned: the start of a Sequential.
  AnyLayer(const Symbol& input);
  template <std::derived_from<layers::Layer> L>
  AnyLayer(L layer) : layer_(std::make_shared<L>(std::move(layer))) {}
  explicit AnyLayer(std::shared_ptr<layers::Layer> layer) : layer_(std::move(layer)) {}
  layers::Layer& operator*() const { return *layer_; }
  const std::shared_ptr<layers::Layer>& shared() const { return layer_; }
  layers::Layer* operator->() const { return layer_.get(); }

 private:
  static AnyLayer of_model(Model& model);

  std::shared_ptr<layers::Layer> layer_;
};

// Layers one after another. The input's shape comes from an Input() that stands first, from the first layer's
// input_shape (or input_dim, input_length), from build(), or else from the first x that is given.
class Sequential : public Model {
 public:
  explicit Sequential(const std::vector<AnyLayer>& layers = {}, const std::string& name = {});

  void add(AnyLayer layer);
  void pop();                                  // Removes the last layer.
  void build(const Shape& batch_input_shape);  // With the batch: {None, 20}.
  void compile(const CompileOptions& options) override;
  Config get_config() override;
  std::optional<Config> training_config() const override;
  std::vector<Shape> compute_output_shapes(const std::vector<Shape>& input_shapes) override;
  bool trainable() override;
  void set_trainable(bool trainable) override;
  void set_itself_trainable(bool trainable) override;
  static Sequential from_config(const Config& config);
  const std::vector<AnyLayer>& layers() const { return state_->layers; }  // Without an Input().
  bool built() const { return state_->output.operator bool(); }

 protected:
  void prepare(const Arrays* x) override;

 private:
  struct State {  // Shared by copies of the handle.
    std::vector<AnyLayer> layers{};
    std::set<std::string> names{};          // Of the layers.
    std::optional<AnyLayer> given_input{};  // An Input() that stood first.
    Symbol input{}, output{};
    bool trainable = true;  // Of the model before it has a network.
    bool stale = true;      // Layers were added or removed since the network was made.
    std::optional<CompileOptions> options{};
    std::shared_ptr<Trainer> trainer{};
    std::shared_ptr<layers::LayerState> as_layer{};
    std::vector<std::weak_ptr<layers::LayerState>> all_as_layer{};  // As other models may hold it.
  };
  Config unbuilt_config() const;
  bool flag() const;                            // trainable, without making a network.
  bool is_within(const AnyLayer& layer) const;  // Whether it is this model, or holds it.
  bool is_within(const layers::LayerState& layer) const;
  // The layer itself; a model without an input shape is built for the shape of `input`.
  static AnyLayer ready(const AnyLayer& layer, const Symbol& input);
  static const layers::LayerState& first_of(const AnyLayer& layer);
  void start(const Shape& batch_input_shape, bool sparse, bool strings = false);

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace lacuna
