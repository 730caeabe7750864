// What layers are told: initializers, regularizers, constraints, activations.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/constraints/constraints.h"
#include "lacuna/layers/initializers/initializers.h"
#include "lacuna/layers/regularizers/regularizers.h"
#include "python/bind/operand.h"

namespace lacuna::bind {
namespace {

// The class of a kind, with its name and settings, and `make_<kind>(name)`.
template <class T>
nb::class_<Arg<T>> def_kind(nb::module_& m, const char* class_name, const char* make) {
  auto c = nb::class_<Arg<T>>(m, class_name)
               .def_prop_ro("class_name", [](const Arg<T>& a) { return a->class_name(); })
               .def_prop_ro("config", [](const Arg<T>& a) { return from_config(a->config()); });
  m.def(
      make, [](const std::string& name) { return Arg<T>(name); }, "name"_a);
  return c;
}

void bind_initializers(nb::module_& m) {
  using namespace initializers;
  using I = Arg<Initializer>;
  def_kind<Initializer>(m, "Initializer", "initializer")
      .def(
          "__call__",
          [](const I& self, nb::handle shape, const std::optional<std::string>& dtype) {
            const Shape s = to_shape(shape);
            return to_numpy(Variable("value", {s, to_dtype(dtype)}, self->draw(s)).to_dense());
          },
          "shape"_a, "dtype"_a.none());
  m.def("constant_initializer", [](double value) { return I(Constant{value}); });
  m.def(
      "random_normal",
      [](double mean, double stddev, Seed seed) {
        return I(RandomNormal{mean, stddev, seed});
      },
      "mean"_a, "stddev"_a, "seed"_a.none());
  m.def(
      "random_uniform",
      [](double minval, double maxval, Seed seed) {
        return I(RandomUniform{minval, maxval, seed});
      },
      "minval"_a, "maxval"_a, "seed"_a.none());
  m.def(
      "truncated_normal",
      [](double mean, double stddev, Seed seed) {
        return I(TruncatedNormal{mean, stddev, seed});
      },
      "mean"_a, "stddev"_a, "seed"_a.none());
  m.def(
      "variance_scaling",
      [](double scale, const std::string& mode, const std::string& distribution, Seed seed) {
        return I(VarianceScaling{scale, mode, distribution, seed});
      },
      "scale"_a, "mode"_a, "distribution"_a, "seed"_a.none());
  m.def(
      "identity_initializer", [](double gain) { return I(Identity{gain}); }, "gain"_a);
}

void bind_regularizers(nb::module_& m) {
  using namespace regularizers;
  def_kind<Regularizer>(m, "Regularizer", "regularizer")
      .def(
          "__call__",
          [](const Arg<Regularizer>& self, const Operand& x) {
            return self->loss(to_symbol(x, nullptr, "regularizer"));
          },
          "x"_a.none());
  m.def(
      "l1_l2",
      [](double first, double second) {
        return Arg<Regularizer>(L1L2{first, second});
      },
      "l1"_a, "l2"_a);
  m.def(
      "custom_regularizer",
      [](nb::handle function, const std::string& name, nb::handle config) {
        return Arg<Regularizer>(
            Regularizer::from_function(WeakObject(function, "regularizer", name), name,
                                       config.is_none() ? std::nullopt : std::optional(to_config(config))));
      },
      "function"_a, "name"_a, "config"_a.none());
}

void bind_constraints(nb::module_& m) {
  using namespace constraints;
  using C = Arg<Constraint>;
  def_kind<Constraint>(m, "Constraint", "constraint");
  m.def(
      "max_norm",
      [](double max_value, int axis) {
        return C(MaxNorm{max_value, axis});
      },
      "max_value"_a, "axis"_a);
  m.def(
      "unit_norm", [](int axis) { return C(UnitNorm{axis}); }, "axis"_a);
  m.def(
      "min_max_norm",
      [](double min_value, double max_value, double rate, int axis) {
        return C(MinMaxNorm{min_value, max_value, rate, axis});
      },
      "min_value"_a, "max_value"_a, "rate"_a, "axis"_a);
}

void bind_activations(nb::module_& m) {
  using A = Arg<activations::Activation>;
  nb::class_<A>(m, "Activation").def_prop_ro("name", [](const A& a) { return a->name; });
  m.def(
      "activation", [](const std::string& name) { return A(name); }, "name"_a);
  m.def(
      "custom_activation",
      [](nb::handle function, const std::string& name) {
        return A(activations::Activation::from_function(WeakObject(function, "activation", name), name));
      },
      "function"_a, "name"_a);
}

}  // namespace

void bind_settings(nb::module_& m) {
  bind_initializers(m);
  bind_regularizers(m);
  bind_constraints(m);
  bind_activations(m);
}

}  // namespace lacuna::bind
