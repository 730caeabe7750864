// Layers of several inputs.
#include "lacuna/layers/merge.h"

#include "lacuna/ops/arithmetic.h"
#include "lacuna/ops/batch_dot.h"
#include "lacuna/ops/concatenate.h"
#include "lacuna/ops/reduce.h"
#include "lacuna/ops/scale.h"
#include "lacuna/ops/unary.h"

namespace lacuna::layers {
namespace {

void require_several(const std::string& name, const std::vector<Symbol>& inputs) {
  require(inputs.size() >= 2, name, ": two inputs or more must be given. Received: inputs=", inputs.size(),
          ".");
}

Symbol fold(const std::string& name, const std::vector<Symbol>& inputs,
            Symbol (*op)(const Symbol&, const Symbol&)) {
  require_several(name, inputs);
  Symbol result = inputs[0];
  for (size_t i = 1; i < inputs.size(); ++i) result = op(result, inputs[i]);
  return result;
}

void concatenate_list(Settings& s, int& axis, LayerOptions&) { s("axis", axis); }

void dot_list(Settings& s, std::pair<int, int>& axes, bool& normalize, LayerOptions&) {
  s("normalize", normalize);
  if (!s.reads()) {  // One number where both are it, as Keras is mostly given it.
    if (axes.first == axes.second) s.write("axes", axes.first);
    else s.write("axes", SettingList{axes.first, axes.second});
  } else if (const Setting* given = s.find("axes")) {
    Shape both;
    if (given->as<int64_t>()) both = {*given->as<int64_t>(), *given->as<int64_t>()};
    else s("axes", both);
    if (both.size() != 2) s.wrong("axes", "one number or two", *given);
    axes = {static_cast<int>(both[0]), static_cast<int>(both[1])};
  }
}

const bool told = known<Add>("Add", no_settings) && known<Subtract>("Subtract", no_settings) &&
                  known<Multiply>("Multiply", no_settings) && known<Average>("Average", no_settings) &&
                  known<Concatenate>("Concatenate", concatenate_list) && known<Dot>("Dot", dot_list);

}  // namespace

Concatenate::Concatenate(int axis, const LayerOptions& options) : Layer(options, "Concatenate"), axis_(axis) {
  describe(concatenate_list, axis, options);
}
Symbol Concatenate::call(const std::vector<Symbol>& inputs) {
  require_several(name(), inputs);
  return lacuna::concatenate(inputs, axis_);
}

Add::Add(const LayerOptions& options) : Layer(options, "Add") { describe(no_settings, options); }
Symbol Add::call(const std::vector<Symbol>& inputs) { return fold(name(), inputs, lacuna::add); }

Subtract::Subtract(const LayerOptions& options) : Layer(options, "Subtract") {
  describe(no_settings, options);
}
Symbol Subtract::call(const std::vector<Symbol>& inputs) {
  require(inputs.size() == 2, name(), ": exactly two inputs must be given. Received: inputs=", inputs.size(),
          ".");
  return lacuna::subtract(inputs[0], inputs[1]);
}

Multiply::Multiply(const LayerOptions& options) : Layer(options, "Multiply") {
  describe(no_settings, options);
}
Symbol Multiply::call(const std::vector<Symbol>& inputs) { return fold(name(), inputs, lacuna::multiply); }

Average::Average(const LayerOptions& options) : Layer(options, "Average") { describe(no_settings, options); }
Symbol Average::call(const std::vector<Symbol>& inputs) {
  return scale(fold(name(), inputs, lacuna::add), 1.0 / static_cast<double>(inputs.size()));
}

Dot::Dot(int axes, bool normalize, const LayerOptions& options)
    : Dot(std::pair{axes, axes}, normalize, options) {}
Dot::Dot(std::pair<int, int> axes, bool normalize, const LayerOptions& options)
    : Layer(options, "Dot"), axes_(axes), normalize_(normalize) {
  describe(dot_list, axes, normalize, options);
}

Symbol Dot::call(const std::vector<Symbol>& inputs) {
  require(inputs.size() == 2, name(), ": exactly two inputs must be given. Received: inputs=", inputs.size(),
          ".");
  int axis[2] = {axes_.first, axes_.second};
  Symbol x[2] = {inputs[0], inputs[1]};
  for (int i = 0; i < 2; ++i) {
    if (axis[i] < 0) axis[i] += static_cast<int>(x[i].rank());
    require(axis[i] > 0 && axis[i] < static_cast<int>(x[i].rank()), name(),
            ": axes must name an axis of each input, other than the batch. Received: axis=", axis[i],
            ", input=", x[i].spec(), ".");
    if (normalize_) {  // Keras: x / √max(Σ x², 1e-12)
      const Symbol squares = sum(square(x[i]), {axis[i]}, true);
      x[i] = divide(x[i], sqrt(maximum(squares, constant(1e-12, x[i].dtype()))));
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
Symbol dot(const std::vector<Symbol>& inputs, int axes, bool normalize, const LayerOptions& options) {
  return Dot(axes, normalize, options)(inputs);
}

}  // namespace lacuna::layers
