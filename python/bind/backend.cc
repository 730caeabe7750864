// Keras' backend: functions on symbols, under their own names.
#include "lacuna/backend/backend.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/layer.h"
#include "lacuna/ops/batch_dot.h"
#include "lacuna/ops/bias_add.h"
#include "lacuna/ops/dropout.h"
#include "lacuna/ops/in_train_phase.h"
#include "lacuna/ops/slice.h"
#include "lacuna/ops/take.h"
#include "python/bind/convert.h"
#include "python/bind/numbers.h"

namespace lacuna::bind {
namespace {

using Unary = Symbol (*)(const Symbol&);
using Binary = Symbol (*)(const Symbol&, const Symbol&);

bool is_symbol(nb::handle x) { return nb::isinstance<Symbol>(x) || nb::isinstance<VariableHandle>(x); }

// Both sides symbols or arrays, or one of them a number. A constant gets the dtype of the other side.
std::pair<Symbol, Symbol> operands(nb::handle x, nb::handle y) {
  if (is_symbol(x) || (is_numbers(x) && !is_symbol(y))) {
    const Symbol a = to_symbol(x);
    return {a, to_symbol(y, &a)};
  }
  const Symbol b = to_symbol(y);
  return {to_symbol(x, &b), b};
}

}  // namespace

void bind_backend(nb::module_& m) {
  const std::pair<const char*, Unary> unary[] = {
      {"abs", lacuna::abs},
      {"exp", lacuna::exp},
      {"exponential", lacuna::exp},
      {"flatten", lacuna::flatten},
      {"hard_sigmoid", lacuna::hard_sigmoid},
      {"linear", activations::linear},
      {"log", lacuna::log},
      {"round", lacuna::round},
      {"selu", lacuna::selu},
      {"shape", lacuna::shape},
      {"sigmoid", lacuna::sigmoid},
      {"sign", lacuna::sign},
      {"softplus", lacuna::softplus},
      {"softsign", lacuna::softsign},
      {"sqrt", lacuna::sqrt},
      {"square", lacuna::square},
      {"stop_gradient", lacuna::stop_gradient},
      {"tanh", lacuna::tanh},
      {"to_dense", backend::to_dense},
  };
  for (const auto& [name, f] : unary) m.def(name, f, "x"_a);

  const std::pair<const char*, Binary> binary[] = {
      {"bias_add", lacuna::bias_add}, {"equal", lacuna::equal},
      {"greater", lacuna::greater},   {"greater_equal", lacuna::greater_equal},
      {"less", lacuna::less},         {"less_equal", lacuna::less_equal},
      {"matmul", backend::matmul},    {"maximum", lacuna::maximum},
      {"minimum", lacuna::minimum},   {"not_equal", lacuna::not_equal},
  };
  for (const auto& [name, f] : binary)
    m.def(
        name,
        [f = f](nb::handle x, nb::handle y) {
          const auto [a, b] = operands(x, y);
          return f(a, b);
        },
        "x"_a, "y"_a);

  m.def("reset_names", &layers::reset_names);
  const std::pair<const char*, Symbol (*)(const Symbol&, const Axes&, bool)> reductions[] = {
      {"logsumexp", lacuna::logsumexp},
      {"max", lacuna::max},
      {"mean", lacuna::mean},
      {"min", lacuna::min},
      {"prod", lacuna::prod},
      {"square_sum", lacuna::square_sum},
      {"std", lacuna::stddev},
      {"sum", lacuna::sum},
      {"var", lacuna::var},
  };
  for (const auto& [name, f] : reductions) m.def(name, f, "x"_a, "axes"_a, "keepdims"_a);
  m.def("norm", &lacuna::norm, "x"_a, "ord"_a, "axes"_a, "keepdims"_a);
  m.def("argmax", &lacuna::argmax, "x"_a, "axis"_a.none(), "keepdims"_a = false);
  m.def("argmin", &lacuna::argmin, "x"_a, "axis"_a.none(), "keepdims"_a = false);
  m.def("clip", &lacuna::clip, "x"_a, "min_value"_a, "max_value"_a);
  m.def(
      "elu", [](const Symbol& x, double alpha) { return lacuna::elu(x, alpha); }, "x"_a, "alpha"_a);
  m.def(
      "relu",
      [](const Symbol& x, double alpha, std::optional<double> max_value, double threshold) {
        return lacuna::relu(x, alpha, max_value.value_or(std::numeric_limits<double>::infinity()), threshold);
      },
      "x"_a, "alpha"_a, "max_value"_a.none(), "threshold"_a);
  m.def("softmax", &activations::softmax, "x"_a, "axis"_a);
  m.def(
      "cast",
      [](const Symbol& x, const std::string& dtype) { return lacuna::cast(x, dtype_from_name(dtype)); },
      "x"_a, "dtype"_a);
  m.def(
      "concatenate",
      [](const std::vector<Symbol>& parts, int axis) { return lacuna::concatenate(parts, axis); },
      "tensors"_a, "axis"_a);
  m.def(
      "reshape", [](const Symbol& x, nb::handle shape) { return lacuna::reshape(x, to_shape(shape)); }, "x"_a,
      "target_shape"_a);
  m.def("expand_dims", &lacuna::expand_dims, "x"_a, "axis"_a);
  m.def("squeeze", &lacuna::squeeze, "x"_a, "axis"_a);
  m.def(
      "dot",
      [](nb::handle x, nb::handle y, bool transpose_a, bool transpose_b) {
        const auto [a, b] = operands(x, y);
        return lacuna::dot(a, b, transpose_a, transpose_b);
      },
      "x"_a, "y"_a, "transpose_a"_a, "transpose_b"_a);
  m.def("permute_dimensions", &lacuna::permute_dimensions, "x"_a, "pattern"_a);
  m.def("transpose", &lacuna::transpose, "x"_a);
  m.def("batch_dot", &lacuna::batch_dot, "x"_a, "y"_a, "axis_x"_a, "axis_y"_a);
  m.def("slice", &lacuna::slice, "x"_a, "axis"_a, "start"_a, "stop"_a, "step"_a);
  m.def("gather", &backend::gather, "reference"_a, "indices"_a);
  m.def("take", &backend::take, "x"_a, "indices"_a, "axis"_a, "mode"_a);
  m.def("boolean_mask", &backend::boolean_mask, "x"_a, "mask"_a, "axis"_a);
  m.def("embedding", &backend::embedding, "data"_a, "weight"_a, "input_dim"_a, "output_dim"_a);
  m.def("tile", &backend::tile, "x"_a, "n"_a);
  m.def("repeat_elements", &backend::repeat_elements, "x"_a, "rep"_a, "axis"_a);
  m.def("reverse", &backend::reverse, "x"_a, "axes"_a);
  m.def("stack", &backend::stack, "x"_a, "axis"_a);
  m.def(
      "reshape_all",
      [](const Symbol& x, nb::handle shape) { return lacuna::reshape_all(x, to_shape(shape)); }, "x"_a,
      "target_shape"_a);
  m.def("in_train_phase", &in_train_phase, "x"_a, "alt"_a);
  m.def(
      "dropout",
      [](const Symbol& x, double level, nb::handle noise_shape, std::optional<uint64_t> seed) {
        return lacuna::dropout(x, level, seed ? mix(*seed) : next_key(), to_shape(noise_shape));
      },
      "x"_a, "level"_a, "noise_shape"_a, "seed"_a.none());
}

}  // namespace lacuna::bind
