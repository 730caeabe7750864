// Settings of layers: initializers, regularizers, constraints, activations.
#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/constraints/constraints.h"
#include "lacuna/layers/initializers/of_whole.h"
#include "lacuna/layers/regularizers/regularizers.h"
#include "python/bind/argument.h"

namespace lacuna::bind {
namespace {

// Defines the class of a kind, with its name and settings, and `<kind>(name, settings)`.
template <class T>
nb::class_<Arg<T>> def_kind(nb::module_& m, const char* class_name) {
  auto c = nb::class_<Arg<T>>(m, class_name)
               .def_prop_ro("class_name", [](const Arg<T>& a) { return a->class_name(); })
               .def_prop_ro("config", [](const Arg<T>& a) { return from_config(a->config()); });
  def_make<T>(m, T::kind);
  return c;
}

void bind_initializers(nb::module_& m) {
  using namespace initializers;
  using I = Arg<Initializer>;
  auto initializer = def_kind<Initializer>(m, "Initializer");
  def_method(
      initializer, {"__call__", "initializer"},
      [](const I& self, const Dims& given, const std::optional<std::string>& dtype) {
        return to_numpy(initializers::filled("value", {given.shape, to_dtype(dtype)}, *self)->to_dense());
      },
      "shape"_a, "dtype"_a);
  def(
      m, {"custom_initializer", "initializer"},
      [](nb::handle function, const std::string& name, nb::handle config) {
        const auto values = [function_ = WeakObject(function, "initializer", name)](const Shape& shape) {
          const WithGil gil;
          nb::list dims;
          for (const Dim dim : shape) dims.append(dim);
          const nb::object array =
              nb::module_::import_("lacuna._arrays").attr("initial")(function_.get(), nb::tuple(dims));
          return nb::cast<const ArrayHandle&>(array).array.tensor().copy().dense();
        };
        return I(initializers::from_function(
            values, name, config.is_none() ? std::nullopt : std::optional(to_config(config))));
      },
      "function"_a, "name"_a, "config"_a.none());
  def(
      m, {"fans", "shape"},
      [](const Dims& shape) {
        const Fans found = fans(shape.shape);
        return nb::make_tuple(found.in, found.out);
      },
      "shape"_a);
}

void bind_regularizers(nb::module_& m) {
  using namespace regularizers;
  auto regularizer = def_kind<Regularizer>(m, "Regularizer");
  def_method(
      regularizer, {"__call__", "regularizer"},
      [](const Arg<Regularizer>& self, const Symbol& x) { return self->loss(x); }, "x"_a);
  def(
      m, {"custom_regularizer", "regularizer"},
      [](nb::handle function, const std::string& name, nb::handle config) {
        return Arg<Regularizer>(
            Regularizer::from_function(WeakObject(function, "regularizer", name), name,
                                       config.is_none() ? std::nullopt : std::optional(to_config(config))));
      },
      "function"_a, "name"_a, "config"_a.none());
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
  auto constraint = def_kind<constraints::Constraint>(m, "Constraint");
  def_method(
      constraint, {"__call__", "constraint"},
      [](const Arg<constraints::Constraint>& self, const Symbol& w) { return (*self)(w); }, "w"_a);
  def(
      m, {"custom_constraint", "constraint"},
      [](nb::handle function, const std::string& name, nb::handle config) {
        return Arg<constraints::Constraint>(constraints::Constraint::from_function(
            WeakObject(function, "constraint", name), name,
            config.is_none() ? std::nullopt : std::optional(to_config(config))));
      },
      "function"_a, "name"_a, "config"_a.none());
  bind_activations(m);
}

}  // namespace lacuna::bind
