// The shapes of outputs, and what is put back after they were found.
#include "lacuna/layers/sketch.h"

#include <algorithm>
#include <utility>

#include "lacuna/layers/numbers_of_names.h"

namespace lacuna::layers {
namespace {

thread_local Sketch* sketch = nullptr;

}  // namespace

Sketch::Sketch()
    : numbers_(sketch ? sketch->numbers_ : last_numbers()), before_(std::exchange(sketch, this)) {}

Sketch::~Sketch() {
  for (const Kept& kept : kept_) {
    LayerState& layer = *kept.layer;
    layer.built = kept.built;
    // What training points to are the first ones; they stay where they are.
    if (layer.weights.size() > kept.weights) layer.weights.resize(kept.weights);
    if (layer.inner.size() > kept.inner) layer.inner.resize(kept.inner);
  }
  sketch = before_;
}

bool Sketch::is_on() { return sketch != nullptr; }

void Sketch::keep(const std::shared_ptr<LayerState>& layer) {
  if (!sketch || std::ranges::count(sketch->kept_, layer, &Kept::layer)) return;
  sketch->kept_.push_back({layer, layer->built, layer->weights.size(), layer->inner.size()});
}

std::map<std::string, int>* Sketch::numbers() { return sketch ? &sketch->numbers_ : nullptr; }

std::vector<Shape> Layer::compute_output_shapes(const std::vector<Shape>& input_shapes, bool is_list) {
  LACUNA_REQUIRE(!input_shapes.empty(), name(),
                 ": compute_output_shape: input_shape must be given. Received: none.");
  for (const Shape& shape : input_shapes)
    LACUNA_REQUIRE(!shape.empty(), name(),
                   ": compute_output_shape: a shape must have the batch first. Received: input_shape=().");
  const Sketch all_as_before;
  std::vector<Symbol> inputs;
  for (const Shape& shape : input_shapes)
    inputs.push_back(placeholder({shape, state_->fed_dtype.value_or(dtype())}, name() + "_input"));
  std::vector<Shape> result;
  for (const Symbol& output : apply(Inputs(std::move(inputs), is_list))) result.push_back(output.shape());
  return result;
}

Shape Layer::compute_output_shape(const Shape& input_shape) {
  std::vector<Shape> all = compute_output_shapes({input_shape}, false);
  LACUNA_REQUIRE(all.size() == 1, name(),
                 ": compute_output_shapes answers for a layer with several outputs. Received: outputs=",
                 all.size(), ".");
  return std::move(all[0]);
}

}  // namespace lacuna::layers
