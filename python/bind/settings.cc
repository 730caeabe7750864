// What layers are told: initializers, regularizers, constraints, activations.
#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/constraints/constraints.h"
#include "lacuna/layers/initializers/initializers.h"
#include "lacuna/layers/regularizers/regularizers.h"
#include "python/bind/argument.h"

namespace lacuna::bind {
namespace {

// The class of a kind, with its name and settings, and `make_<kind>(name)`.
template <class T>
nb::class_<Arg<T>> def_kind(nb::module_& m, const char* class_name, const char* make) {
  auto c = nb::class_<Arg<T>>(m, class_name)
               .def_prop_ro("class_name", [](const Arg<T>& a) { return a->class_name(); })
               .def_prop_ro("config", [](const Arg<T>& a) { return from_config(a->config()); });
  def(
      m, {make, T::kind}, [](const std::string& name) { return Arg<T>(name); }, "name"_a);
  return c;
}

void bind_initializers(nb::module_& m) {
  using namespace initializers;
  using I = Arg<Initializer>;
  auto initializer = def_kind<Initializer>(m, "Initializer", "initializer");
  def_method(
      initializer, {"__call__", "initializer"},
      [](const I& self, const Dims& given, const std::optional<std::string>& dtype) {
        const Shape& shape = given.shape;
        return to_numpy(Variable("value", {shape, to_dtype(dtype)}, self->draw(shape)).to_dense());
      },
      "shape"_a, "dtype"_a);
  def(
      m, {"constant_initializer", "Constant"}, [](double value) { return I(Constant{value}); }, "value"_a);
  def(
      m, {"random_normal", "RandomNormal"},
      [](double mean, double stddev, Seed seed) {
        return I(RandomNormal{mean, stddev, seed});
      },
      "mean"_a, "stddev"_a, "seed"_a.none());
  def(
      m, {"random_uniform", "RandomUniform"},
      [](double minval, double maxval, Seed seed) {
        return I(RandomUniform{minval, maxval, seed});
      },
      "minval"_a, "maxval"_a, "seed"_a.none());
  def(
      m, {"truncated_normal", "TruncatedNormal"},
      [](double mean, double stddev, Seed seed) {
        return I(TruncatedNormal{mean, stddev, seed});
      },
      "mean"_a, "stddev"_a, "seed"_a.none());
  def(
      m, {"variance_scaling", "VarianceScaling"},
      [](double scale, const std::string& mode, const std::string& distribution, Seed seed) {
        return I(VarianceScaling{scale, mode, distribution, seed});
      },
      "scale"_a, "mode"_a, "distribution"_a, "seed"_a.none());
  def(
      m, {"identity_initializer", "Identity"}, [](double gain) { return I(Identity{gain}); }, "gain"_a);
}

void bind_regularizers(nb::module_& m) {
  using namespace regularizers;
  auto regularizer = def_kind<Regularizer>(m, "Regularizer", "regularizer");
  def_method(
      regularizer, {"__call__", "regularizer"},
      [](const Arg<Regularizer>& self, const Symbol& x) { return self->loss(x); }, "x"_a);
  def(
      m, {"l1_l2", "L1L2"},
      [](double first, double second) {
        return Arg<Regularizer>(L1L2{first, second});
      },
      "l1"_a, "l2"_a);
  def(
      m, {"custom_regularizer", "regularizer"},
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
  def(
      m, {"max_norm", "MaxNorm"},
      [](double max_value, int axis) {
        return C(MaxNorm{max_value, axis});
      },
      "max_value"_a, "axis"_a);
  def(
      m, {"unit_norm", "UnitNorm"}, [](int axis) { return C(UnitNorm{axis}); }, "axis"_a);
  def(
      m, {"min_max_norm", "MinMaxNorm"},
      [](double min_value, double max_value, double rate, int axis) {
        return C(MinMaxNorm{min_value, max_value, rate, axis});
      },
      "min_value"_a, "max_value"_a, "rate"_a, "axis"_a);
}

void bind_activations(nb::module_& m) {
  using A = Arg<activations::Activation>;
  nb::class_<A>(m, "Activation").def_prop_ro("name", [](const A& a) { return a->name; });
  def(
      m, "activation", [](const std::string& name) { return A(name); }, "name"_a);
  def(
      m, {"custom_activation", "activation"},
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
