// Layers that merge several inputs.
#include "lacuna/layers/merge.h"

#include <algorithm>

#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/products/batch_dot.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/shape/concatenate.h"
#include "lacuna/ops/shape/reshape.h"

namespace lacuna::layers {
namespace {

void require_several(const std::string& name, const std::vector<Symbol>& inputs) {
  LACUNA_REQUIRE(inputs.size() >= 2, name,
                 ": two inputs or more must be given. Received: inputs=", inputs.size(), ".");
}

// As in Keras, the axes that an input lacks come after its batch: (batch, features) is added to each step of
// (batch, steps, features). NumPy would put them first, and take the batch for steps.
std::vector<Symbol> of_one_rank(std::vector<Symbol> inputs) {
  size_t rank = 0;
  for (const Symbol& x : inputs) rank = std::max(rank, x.rank());
  for (Symbol& x : inputs)
    while (x.rank() > 0 && x.rank() < rank) x = expand_dims(x, 1);
  return inputs;
}

Symbol fold(const std::string& name, const std::vector<Symbol>& given,
            Symbol (*op)(const Symbol&, const Symbol&)) {
  require_several(name, given);
  const std::vector<Symbol> inputs = of_one_rank(given);
  Symbol result = inputs[0];
  for (size_t i = 1; i < inputs.size(); ++i) result = op(result, inputs[i]);
  return result;
}

void concatenate_list(Settings& s, int& axis, LayerOptions&) { s("axis", axis); }

void dot_list(Settings& s, std::pair<int, int>& axes, bool& normalize, LayerOptions&) {
  s("normalize", normalize);
  if (!s.reads()) {  // One number if both are equal, as is usual in Keras.
    if (axes.first == axes.second) s.write("axes", axes.first);
    else s.write("axes", SettingList{axes.first, axes.second});
  } else if (const Setting* given = s.find("axes")) {
    Shape both;
    s("axes", both);
    if (given->as<int64_t>()) both.push_back(both[0]);
    if (both.size() != 2) s.wrong_value("axes", "a whole number, or two", *given);
    for (const Dim axis : both)
      if (axis != static_cast<int>(axis)) s.wrong_value("axes", "whole numbers of 32 bits", *given);
    axes = {static_cast<int>(both[0]), static_cast<int>(both[1])};
  }
}

const bool merge_registered =
    known<Add>("Add", no_settings) && known<Subtract>("Subtract", no_settings) &&
    known<Multiply>("Multiply", no_settings) && known<Average>("Average", no_settings) &&
    known<Maximum>("Maximum", no_settings) && known<Minimum>("Minimum", no_settings) &&
    known<Concatenate>("Concatenate", concatenate_list) && known<Dot>("Dot", dot_list);

// As in Keras, a step counts if it counts in all inputs that have a mask.
Symbol all_of(const std::vector<Symbol>& masks) {
  Symbol result;
  for (const Symbol& mask : masks)
    if (mask) result = result ? lacuna::multiply(result, mask) : mask;
  return result;
}

}  // namespace

Symbol Merge::compute_mask(const std::vector<Symbol>&, const std::vector<Symbol>& masks) {
  return all_of(masks);
}

Concatenate::Concatenate(int axis, const LayerOptions& options) : Layer(options, "Concatenate"), axis_(axis) {
  describe(concatenate_list, axis, options);
}
// Along features: the steps that count in all inputs. Along steps: the masks of all inputs one after another,
// where an input without a mask has ones.
Symbol Concatenate::compute_mask(const std::vector<Symbol>& inputs, const std::vector<Symbol>& masks) {
  const Symbol all = all_of(masks);
  const int rank = static_cast<int>(inputs[0].rank()), axis = axis_ < 0 ? axis_ + rank : axis_;
  if (!all || axis >= static_cast<int>(all.rank())) return all;
  std::vector<Symbol> parts;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (masks[i]) {
      parts.push_back(masks[i]);
      continue;
    }
    Symbol like = inputs[i];  // Reduced to the rank of a mask.
    while (like.rank() > all.rank()) like = max(like, {-1});
    parts.push_back(broadcast_like(constant(1, all.dtype()), like));
  }
  return lacuna::concatenate(parts, axis);
}
Symbol Concatenate::call(const std::vector<Symbol>& inputs) {
  require_several(name(), inputs);
  return lacuna::concatenate(inputs, axis_);
}

Add::Add(const LayerOptions& options) : Merge(options, "Add") { describe(no_settings, options); }
Symbol Add::call(const std::vector<Symbol>& inputs) { return fold(name(), inputs, lacuna::add); }

Subtract::Subtract(const LayerOptions& options) : Merge(options, "Subtract") {
  describe(no_settings, options);
}
Symbol Subtract::call(const std::vector<Symbol>& inputs) {
  LACUNA_REQUIRE(inputs.size() == 2, name(),
                 ": exactly two inputs must be given. Received: inputs=", inputs.size(), ".");
  const std::vector<Symbol> both = of_one_rank(inputs);
  return lacuna::subtract(both[0], both[1]);
}

Multiply::Multiply(const LayerOptions& options) : Merge(options, "Multiply") {
  describe(no_settings, options);
}
Symbol Multiply::call(const std::vector<Symbol>& inputs) { return fold(name(), inputs, lacuna::multiply); }

Average::Average(const LayerOptions& options) : Merge(options, "Average") { describe(no_settings, options); }
Symbol Average::call(const std::vector<Symbol>& inputs) {
  return scale(fold(name(), inputs, lacuna::add), 1.0 / static_cast<double>(inputs.size()));
}

Maximum::Maximum(const LayerOptions& options) : Merge(options, "Maximum") { describe(no_settings, options); }
Symbol Maximum::call(const std::vector<Symbol>& inputs) { return fold(name(), inputs, lacuna::maximum); }

Minimum::Minimum(const LayerOptions& options) : Merge(options, "Minimum") { describe(no_settings, options); }
Symbol Minimum::call(const std::vector<Symbol>& inputs) { return fold(name(), inputs, lacuna::minimum); }

Dot::Dot(int axes, bool normalize, const LayerOptions& options)
    : Dot(std::pair{axes, axes}, normalize, options) {}
Dot::Dot(std::pair<int, int> axes, bool normalize, const LayerOptions& options)
    : Layer(options, "Dot"), axes_(axes), normalize_(normalize) {
  describe(dot_list, axes, normalize, options);
}

Symbol Dot::compute_mask(const std::vector<Symbol>&, const std::vector<Symbol>&) { return {}; }

Symbol Dot::call(const std::vector<Symbol>& inputs) {
  LACUNA_REQUIRE(inputs.size() == 2, name(),
                 ": exactly two inputs must be given. Received: inputs=", inputs.size(), ".");
  int axis[2] = {axes_.first, axes_.second};
  Symbol x[2] = {inputs[0], inputs[1]};
  for (int i = 0; i < 2; ++i) {
    if (axis[i] < 0) axis[i] += static_cast<int>(x[i].rank());
    LACUNA_REQUIRE(axis[i] > 0 && axis[i] < static_cast<int>(x[i].rank()), name(),
                   ": axes must name an axis of each input, other than the batch. Received: axis=", axis[i],
                   ", input=", x[i].spec(), ".");
    if (normalize_) {  // Keras: x / √max(Σ x², 1e-12)
      const Symbol squares = sum(square(x[i]), {axis[i]}, true);
      x[i] = divide(x[i], sqrt(lacuna::maximum(squares, constant(1e-12, x[i].dtype()))));
    }
  }
  return batch_dot(x[0], x[1], axis[0], axis[1]);
}

Symbol concatenate(const std::vector<Symbol>& inputs, int axis, const LayerOptions& options) {
  return Concatenate(axis, options)(inputs);
}
Symbol add(const std::vector<Symbol>& inputs, const LayerOptions& options) { return Add(options)(inputs); }
Symbol subtract(const std::vector<Symbol>& inputs, const LayerOptions& options) {
  return Subtract(options)(inputs);
}
Symbol multiply(const std::vector<Symbol>& inputs, const LayerOptions& options) {
  return Multiply(options)(inputs);
}
Symbol average(const std::vector<Symbol>& inputs, const LayerOptions& options) {
  return Average(options)(inputs);
}
Symbol maximum(const std::vector<Symbol>& inputs, const LayerOptions& options) {
  return Maximum(options)(inputs);
}
Symbol minimum(const std::vector<Symbol>& inputs, const LayerOptions& options) {
  return Minimum(options)(inputs);
}
Symbol dot(const std::vector<Symbol>& inputs, int axes, bool normalize, const LayerOptions& options) {
  return Dot(axes, normalize, options)(inputs);
}

}  // namespace lacuna::layers
