// Keras' backend: functions on symbols, under their own names.
#include "lacuna/backend/backend.h"

#include "lacuna/backend/random.h"
#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/layer.h"
#include "lacuna/ops/elementwise/bias_add.h"
#include "lacuna/ops/elementwise/in_train_phase.h"
#include "lacuna/ops/elementwise/scalar.h"
#include "lacuna/ops/elementwise/where.h"
#include "lacuna/ops/labels/digitize.h"
#include "lacuna/ops/labels/one_hot.h"
#include "lacuna/ops/products/batch_dot.h"
#include "lacuna/ops/products/take.h"
#include "lacuna/ops/random/dropout.h"
#include "lacuna/ops/reductions/cumulative.h"
#include "lacuna/ops/reductions/getnnz.h"
#include "lacuna/ops/shape/retain.h"
#include "lacuna/ops/shape/slice.h"
#include "python/bind/argument.h"
#include "python/bind/numbers.h"

namespace lacuna::bind {
namespace {

using Unary = Symbol (*)(const Symbol&);
using Binary = Symbol (*)(const Symbol&, const Symbol&);
using WithNumber = Symbol (*)(const Symbol&, double);
using NumberWith = Symbol (*)(double, const Symbol&);
using Operand = const Symbol&;

bool is_symbol(nb::handle x) { return nb::isinstance<Symbol>(x) || nb::isinstance<VariableHandle>(x); }

bool is_number(nb::handle x) { return PyFloat_Check(x.ptr()) || PyLong_Check(x.ptr()); }

// Throws TypeError if neither is a symbol or an array: it shows the one that is no number either, or both.
void require_one(const char* where, nb::handle x, nb::handle y) {
  if (is_symbol(x) || is_symbol(y) || is_numbers(x) || is_numbers(y)) return;
  for (const nb::handle one : {x, y})
    if (!is_number(one) && !nb::isinstance<nb::list>(one) && !nb::isinstance<nb::tuple>(one))
      to_symbol(one, nullptr, where);
  throw nb::type_error(text(where,
                            ": one operand must be a symbol, a variable, an array or a matrix; the other "
                            "may be numbers. Received: ",
                            shown(x), " and ", shown(y), ".")
                           .c_str());
}

// Both operands as symbols: of symbols or arrays, of which one may be a number. A constant gets the dtype of
// the other side.
std::pair<Symbol, Symbol> operands(const char* where, nb::handle x, nb::handle y) {
  require_one(where, x, y);
  if (is_symbol(x) || (is_numbers(x) && !is_symbol(y))) {
    const Symbol a = to_symbol(x, nullptr, where);
    return {a, to_symbol(y, &a, where)};
  }
  const Symbol b = to_symbol(y, nullptr, where);
  return {to_symbol(x, &b, where), b};
}

// The storage by MXNet's name.
Storage to_storage(const char* where, const char* argument, nb::handle given) {
  const std::string name = nb::isinstance<nb::str>(given) ? nb::cast<std::string>(given) : std::string();
  for (const Storage storage : {Storage::dense, Storage::csr, Storage::row_sparse})
    if (name == name_of(storage) || (storage == Storage::dense && name == "default")) return storage;
  throw InvalidArgument(where, ": ", argument, " must be default, csr or row_sparse. Received: ", argument,
                        "=", shown(given), ".");
}

void bind_unary(nb::module_& m) {
  const std::pair<const char*, Unary> unary[] = {
      {"abs", lacuna::abs},
      {"arccos", lacuna::arccos},
      {"arccosh", lacuna::arccosh},
      {"arcsin", lacuna::arcsin},
      {"arcsinh", lacuna::arcsinh},
      {"arctan", lacuna::arctan},
      {"arctanh", lacuna::arctanh},
      {"cbrt", lacuna::cbrt},
      {"ceil", lacuna::ceil},
      {"cos", lacuna::cos},
      {"cosh", lacuna::cosh},
      {"degrees", lacuna::degrees},
      {"erf", lacuna::erf},
      {"erfinv", lacuna::erfinv},
      {"exp", lacuna::exp},
      {"exp2", lacuna::exp2},
      {"expm1", lacuna::expm1},
      {"exponential", lacuna::exp},
      {"flatten", lacuna::flatten},
      {"floor", lacuna::floor},
      {"gamma", lacuna::gamma},
      {"gammaln", lacuna::gammaln},
      {"hard_sigmoid", lacuna::hard_sigmoid},
      {"isfinite", lacuna::isfinite},
      {"isinf", lacuna::isinf},
      {"isnan", lacuna::isnan},
      {"linear", activations::linear},
      {"log", lacuna::log},
      {"log10", lacuna::log10},
      {"log1p", lacuna::log1p},
      {"log2", lacuna::log2},
      {"logical_not", lacuna::logical_not},
      {"nan_to_num", lacuna::nan_to_num},
      {"negative", lacuna::negative},
      {"ones_like", lacuna::ones_like},
      {"radians", lacuna::radians},
      {"rcbrt", lacuna::rcbrt},
      {"reciprocal", lacuna::reciprocal},
      {"round", lacuna::round},
      {"round_ste", lacuna::round_ste},
      {"rsqrt", lacuna::rsqrt},
      {"selu", lacuna::selu},
      {"shape", lacuna::shape},
      {"sigmoid", lacuna::sigmoid},
      {"sign", lacuna::sign},
      {"sign_ste", lacuna::sign_ste},
      {"sin", lacuna::sin},
      {"sinh", lacuna::sinh},
      {"softplus", lacuna::softplus},
      {"softsign", lacuna::softsign},
      {"sqrt", backend::sqrt},
      {"square", lacuna::square},
      {"stop_gradient", lacuna::stop_gradient},
      {"tan", lacuna::tan},
      {"tanh", lacuna::tanh},
      {"to_dense", backend::to_dense},
      {"trunc", lacuna::trunc},
      {"zeros_like", lacuna::zeros_like},
  };
  for (const auto& [name, f] : unary) def(m, name, f, "x"_a);
}

void bind_binary(nb::module_& m) {
  const std::pair<const char*, Binary> binary[] = {
      {"add", lacuna::add},           {"bias_add", lacuna::bias_add},
      {"divide", lacuna::divide},     {"matmul", backend::matmul},
      {"multiply", lacuna::multiply}, {"scatter_elemwise_div", lacuna::scatter_elemwise_div},
      {"subtract", lacuna::subtract},
  };
  for (const auto& [name, f] : binary)
    m.def(
        name,
        [name = name, f = f](nb::handle x, nb::handle y) {
          const auto [a, b] = operands(name, x, y);
          return f(a, b);
        },
        "x"_a.none(), "y"_a.none());
}

void bind_with_numbers(nb::module_& m) {
  // If one operand is a number and the other holds floats, csr may stay csr.
  const std::tuple<const char*, Binary, WithNumber, NumberWith> with_numbers[] = {
      {"equal", lacuna::equal, lacuna::equal, nullptr},
      {"greater", lacuna::greater, lacuna::greater, [](double s, Operand x) { return lacuna::less(x, s); }},
      {"greater_equal", lacuna::greater_equal, lacuna::greater_equal,
       [](double s, Operand x) { return lacuna::less_equal(x, s); }},
      {"hypot", lacuna::hypot, lacuna::hypot, nullptr},
      {"less", lacuna::less, lacuna::less, [](double s, Operand x) { return lacuna::greater(x, s); }},
      {"less_equal", lacuna::less_equal, lacuna::less_equal,
       [](double s, Operand x) { return lacuna::greater_equal(x, s); }},
      {"maximum", lacuna::maximum, lacuna::maximum, nullptr},
      {"minimum", lacuna::minimum, lacuna::minimum, nullptr},
      {"mod", lacuna::mod, lacuna::mod, lacuna::mod},
      {"not_equal", lacuna::not_equal, lacuna::not_equal, nullptr},
      {"pow", lacuna::power, lacuna::power, lacuna::power},
  };
  for (const auto& [name, symbols, with_number, number_with] : with_numbers)
    m.def(
        name,
        [name = name, symbols = symbols, with_number = with_number, number_with = number_with](nb::handle x,
                                                                                               nb::handle y) {
          const auto [a, b] = operands(name, x, y);
          if (is_float(a.dtype()))
            if (const auto number = number_beside(a, y, name)) return with_number(a, *number);
          if (is_float(b.dtype()))
            if (const auto number = number_beside(b, x, name))
              return number_with ? number_with(*number, b) : with_number(b, *number);
          return symbols(a, b);
        },
        "x"_a.none(), "y"_a.none());
  def(m, "scatter_plus_scalar", lacuna::scatter_plus_scalar, "x"_a, "scalar"_a);
  def(m, "scatter_minus_scalar", lacuna::scatter_minus_scalar, "x"_a, "scalar"_a);
}

void bind_choices(nb::module_& m) {
  def(m, "add_n", lacuna::add_n, "inputs"_a);
  def(
      m, "where",
      [](const Symbol& condition, nb::handle x, nb::handle y) {
        if (is_number(x) && is_number(y)) {
          const DType dtype = is_float(condition.dtype()) ? condition.dtype() : floatx();
          return lacuna::where(condition, constant(*to_number(x, "where"), dtype),
                               constant(*to_number(y, "where"), dtype));
        }
        const auto [a, b] = operands("where", x, y);
        return lacuna::where(condition, a, b);
      },
      "condition"_a, "x"_a.none(), "y"_a.none());
  def(m, "getnnz", lacuna::getnnz, "x"_a, "axis"_a.none());
  def(
      m, "retain", [](Operand x, Operand ids) { return lacuna::retain(x, as_ids(ids)); }, "x"_a, "indices"_a);
  def(
      m, "one_hot",
      [](Operand ids, Dim num_classes, bool sparse) {
        return lacuna::one_hot(as_ids(ids), num_classes, sparse);
      },
      "indices"_a, "num_classes"_a, "sparse"_a);
  def(
      m, "multi_hot",
      [](Operand ids, Dim num_classes, bool sparse) {
        return lacuna::multi_hot(as_ids(ids), num_classes, sparse);
      },
      "indices"_a, "num_classes"_a, "sparse"_a);
  def(m, "digitize", lacuna::digitize, "x"_a, "bins"_a);
  def(
      m, "bincount",
      [](Operand x, nb::handle weights, Dim minlength, bool sparse) {
        return lacuna::bincount(as_ids(x),
                                weights.is_none() ? Symbol() : to_symbol(weights, nullptr, "bincount"),
                                minlength, sparse);
      },
      "x"_a, "weights"_a.none(), "minlength"_a, "sparse"_a);
}

void bind_reductions(nb::module_& m) {
  m.def("reset_names", &layers::reset_names);
  const std::pair<const char*, Symbol (*)(const Symbol&, const Axes&, bool)> reductions[] = {
      {"all", lacuna::all},
      {"any", lacuna::any},
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
  for (const auto& [name, f] : reductions) def(m, name, f, "x"_a, "axes"_a, "keepdims"_a);
  def(
      m, "norm",
      [](Operand x, nb::handle ord, const Axes& axes, bool keepdims) {
        int number = 2;  // "fro" means 2.
        LACUNA_REQUIRE(nb::isinstance<nb::str>(ord) ? nb::str(ord).equal(nb::str("fro"))
                                                    : !PyBool_Check(ord.ptr()) && nb::try_cast(ord, number) &&
                                                          (number == 1 || number == 2),
                       "norm: ord must be 1, 2 or 'fro'. Received: ord=", shown(ord), ".");
        return lacuna::norm(x, number, axes, keepdims);
      },
      "x"_a, "ord"_a.none(), "axes"_a, "keepdims"_a);
  def(m, "argmax", lacuna::argmax, "x"_a, "axis"_a, "keepdims"_a);
  def(m, "argmin", lacuna::argmin, "x"_a, "axis"_a, "keepdims"_a);
}

void bind_functions_of_values(nb::module_& m) {
  def(m, "clip", lacuna::clip, "x"_a, "min_value"_a, "max_value"_a);
  def(
      m, "elu", [](const Symbol& x, double alpha) { return lacuna::elu(x, alpha); }, "x"_a, "alpha"_a);
  def(
      m, "relu",
      [](const Symbol& x, double alpha, std::optional<double> max_value, double threshold) {
        return lacuna::relu(x, alpha, max_value.value_or(std::numeric_limits<double>::infinity()), threshold);
      },
      "x"_a, "alpha"_a, "max_value"_a.none(), "threshold"_a);
  def(m, "softmax", activations::softmax, "x"_a, "axis"_a);
  def(
      m, "cast",
      [](const Symbol& x, const std::string& dtype) { return lacuna::cast(x, dtype_from_name(dtype)); },
      "x"_a, "dtype"_a);
  def(
      m, "cast_storage",
      [](const Symbol& x, nb::handle stype) {
        return lacuna::cast_storage(x, to_storage("cast_storage", "stype", stype));
      },
      "x"_a, "stype"_a.none());
}

void bind_shapes(nb::module_& m) {
  def(
      m, "concatenate",
      [](const std::vector<Symbol>& parts, int axis) { return lacuna::concatenate(parts, axis); },
      "tensors"_a, "axis"_a);
  def(
      m, "reshape", [](const Symbol& x, nb::handle shape) { return lacuna::reshape(x, to_shape(shape)); },
      "x"_a, "target_shape"_a);
  def(m, "expand_dims", lacuna::expand_dims, "x"_a, "axis"_a);
  def(m, "squeeze", lacuna::squeeze, "x"_a, "axis"_a);
}

void bind_products(nb::module_& m) {
  def(
      m, "dot",
      [](nb::handle x, nb::handle y, bool transpose_a, bool transpose_b, nb::handle forward_stype) {
        const auto [a, b] = operands("dot", x, y);
        if (forward_stype.is_none()) return lacuna::dot(a, b, transpose_a, transpose_b);
        return lacuna::dot(a, b, transpose_a, transpose_b, to_storage("dot", "forward_stype", forward_stype));
      },
      "x"_a.none(), "y"_a.none(), "transpose_a"_a, "transpose_b"_a, "forward_stype"_a.none());
  def(m, "cumsum", lacuna::cumsum, "x"_a, "axis"_a, "reverse"_a);
  def(m, "cumprod", lacuna::cumprod, "x"_a, "axis"_a);
  def(m, "permute_dimensions", lacuna::permute_dimensions, "x"_a, "pattern"_a);
  def(m, "transpose", lacuna::transpose, "x"_a);
  def(m, "batch_dot", lacuna::batch_dot, "x"_a, "y"_a, "axis_x"_a, "axis_y"_a);
  def(m, "slice", lacuna::slice, "x"_a, "axis"_a, "start"_a, "stop"_a, "step"_a);
  def(m, "gather", backend::gather, "reference"_a, "indices"_a);
  def(m, "take", backend::take, "x"_a, "indices"_a, "axis"_a, "mode"_a);
  def(m, "boolean_mask", backend::boolean_mask, "x"_a, "mask"_a, "axis"_a);
  def(m, "embedding", backend::embedding, "data"_a, "weight"_a, "input_dim"_a, "output_dim"_a);
  def(m, "tile", backend::tile, "x"_a, "n"_a);
  def(m, "repeat_elements", backend::repeat_elements, "x"_a, "rep"_a, "axis"_a);
  def(m, "reverse", backend::reverse, "x"_a, "axes"_a);
  def(m, "stack", backend::stack, "x"_a, "axis"_a);
  def(
      m, "reshape_all",
      [](const Symbol& x, nb::handle shape) { return lacuna::reshape_all(x, to_shape(shape)); }, "x"_a,
      "target_shape"_a);
  def(m, "in_train_phase", in_train_phase, "x"_a, "alt"_a);
  def(
      m, "dropout",
      [](const Symbol& x, double level, const Dims& noise_shape, std::optional<uint64_t> seed) {
        return lacuna::dropout(x, level, seed ? mix(*seed) : next_key(), noise_shape.shape, true);
      },
      "x"_a, "level"_a, "noise_shape"_a, "seed"_a.none());
}

std::vector<backend::Size> sizes_of(nb::handle shape) {
  std::vector<backend::Size> sizes;
  for (const nb::handle size : shape) {
    if (nb::isinstance<Symbol>(size)) sizes.emplace_back(nb::cast<Symbol>(size));
    else sizes.emplace_back(nb::cast<Dim>(size));
  }
  return sizes;
}

// Binds a function of sizes (whole numbers or scalar symbols) and of the two numbers of a distribution.
template <auto make>
void bind_distribution(nb::module_& m, const char* name) {
  def(
      m, name,
      [](nb::handle shape, double a, double b, const std::string& dtype, std::optional<uint64_t> seed) {
        return make(sizes_of(shape), a, b, {.dtype = dtype_from_name(dtype), .seed = seed});
      },
      "shape"_a, "a"_a, "b"_a, "dtype"_a, "seed"_a.none());
}

void bind_random(nb::module_& m) {
  bind_distribution<backend::random_normal>(m, "random_normal");
  bind_distribution<backend::random_uniform>(m, "random_uniform");
  bind_distribution<backend::truncated_normal>(m, "truncated_normal");
  def(
      m, "random_binomial",
      [](nb::handle shape, double p, const std::string& dtype, std::optional<uint64_t> seed) {
        return backend::random_binomial(sizes_of(shape), p, {.dtype = dtype_from_name(dtype), .seed = seed});
      },
      "shape"_a, "p"_a, "dtype"_a, "seed"_a.none());
}

}  // namespace

void bind_backend(nb::module_& m) {
  bind_unary(m);
  bind_binary(m);
  bind_with_numbers(m);
  bind_choices(m);
  bind_reductions(m);
  bind_functions_of_values(m);
  bind_random(m);
  bind_shapes(m);
  bind_products(m);
}

}  // namespace lacuna::bind
