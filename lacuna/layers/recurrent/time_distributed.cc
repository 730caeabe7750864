// A layer applied to each step.
#include "lacuna/layers/recurrent/time_distributed.h"

#include <numeric>

#include "lacuna/layers/recurrent/nested.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/recurrent/steps.h"
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna::layers {
namespace {

void time_distributed_list(Settings& s, std::shared_ptr<Layer>& layer, LayerOptions&) {
  nested(s, "layer", layer);
}
const bool time_distributed_registered = known<TimeDistributed>("TimeDistributed", time_distributed_list);

void require_steps(const std::string& name, const std::vector<Shape>& shapes) {
  LACUNA_REQUIRE(
      shapes.size() == 1 && shapes[0].size() >= 3, name,
      ": there must be one input, of shape (batch, time, …); to_dense(x), and Reshape, make one of csr. "
      "Received: inputs=",
      shapes.size(), ", shape=", shapes.empty() ? std::string("none") : to_string(shapes[0]), ".");
}

}  // namespace

TimeDistributed::TimeDistributed(std::shared_ptr<Layer> layer, const LayerOptions& options)
    : Layer(options, "TimeDistributed"), layer_(std::move(layer)) {
  LACUNA_REQUIRE(layer_, "TimeDistributed: a layer must be given. Received: null.");
  describe(time_distributed_list, layer_, options);
  state()->fed_dtype = layer_->state()->fed_dtype;
  supports_masking();
}

void TimeDistributed::build(const std::vector<Shape>& input_shapes) {
  require_steps(name(), input_shapes);
  Shape row = input_shapes[0];
  row.erase(row.begin() + 1);
  row[0] = None;
  layer_->make_weights_for({row});
}

Inputs TimeDistributed::as_rows(const Inputs& inputs) const {
  require_steps(name(), {inputs[0].shape()});
  Inputs rows({steps_as_rows(inputs[0])}, false, inputs.training);
  const Symbol mask = inputs.masks.empty() ? Symbol() : inputs.masks[0];
  rows.masks.push_back(mask && mask.rank() > 2 ? steps_as_rows(mask) : Symbol());
  return rows;
}

std::vector<Symbol> TimeDistributed::call(const Inputs& inputs) {
  const Inputs rows = as_rows(inputs);
  std::vector<Symbol> outputs =
      (*layer_)(Inputs({with_mask(rows[0], rows.masks[0])}, false, inputs.training));
  for (Symbol& y : outputs) y = rows_as_steps(y.with_origin(nullptr), inputs[0]);
  return outputs;
}

std::vector<Symbol> TimeDistributed::compute_masks(const Inputs& inputs) {
  Symbol outer = inputs.masks.empty() ? Symbol() : inputs.masks[0];
  if (outer && outer.rank() > 2) {
    std::vector<int> within(outer.rank() - 2);
    std::iota(within.begin(), within.end(), 2);
    outer = cast(any(outer, within), dtype());
  }
  std::vector<Symbol> masks = layer_->masks_of_outputs(as_rows(inputs));
  for (Symbol& mask : masks) mask = mask ? rows_as_steps(mask, inputs[0]) : outer;
  return masks;
}

}  // namespace lacuna::layers
