// Optimizers; their rates are variables. One of one's own in Python is called once, while its plan is made.
#include "lacuna/optimizers/optimizer.h"

#include "lacuna/optimizers/own.h"
#include "python/bind/argument.h"

namespace lacuna::bind {
namespace {

using O = Arg<optimizers::Optimizer>;

// One of Keras' updates: what K.update returns, or a pair of a variable and its new value.
Update own_update(nb::handle given) {
  if (nb::isinstance<Update>(given)) return nb::cast<Update>(given);
  nb::handle variable, value;
  if (nb::isinstance<nb::tuple>(given) && nb::len(given) == 2) {
    const auto pair = nb::borrow<nb::tuple>(given);
    variable = pair[0], value = pair[1];
  }
  if (!variable.is_valid() || !nb::isinstance<VariableHandle>(variable))
    throw nb::type_error(
        text("get_updates: an update must be what K.update returns, or a pair of a variable and "
             "its new value. Received: ",
             shown(given), ".")
            .c_str());
  const VariablePtr& of = nb::cast<VariableHandle&>(variable).variable;
  const Symbol like = read(of);
  return update(of, to_symbol(value, &like, "update"));
}

class PythonOptimizer final : public optimizers::Own {
 public:
  PythonOptimizer(nb::handle self, const std::string& class_name, const optimizers::OwnSettings& settings)
      : Own(class_name, settings), self_(self, "optimizer", class_name) {}

  std::vector<Update> get_updates(const Symbol& loss, const std::vector<VariablePtr>& params) override {
    const WithGil gil;
    nb::list handles;
    for (const VariablePtr& param : params) handles.append(nb::cast(VariableHandle{param}));
    const nb::object given = self_.get().attr("get_updates")(loss, handles);
    if (!nb::isinstance<nb::list>(given) && !nb::isinstance<nb::tuple>(given))
      throw nb::type_error(
          text(class_name(), ": get_updates must return a list of updates. Received: ", shown(given), ".")
              .c_str());
    std::vector<Update> result;
    for (const nb::handle one : given) result.push_back(own_update(one));
    return result;
  }

  Config config() const override {
    const WithGil gil;
    return to_config(self_.get().attr("get_config")());
  }

 private:
  WeakObject self_;
};

void bind_own(nb::module_& m) {
  def(
      m, {"own_optimizer", "optimizer"},
      [](nb::handle self, const std::string& class_name, double clipnorm, double clipvalue,
         double global_clipnorm, double clipnorm_each, bool lazy_update) {
        const optimizers::OwnSettings settings{.lazy_update = lazy_update,
                                               .clipnorm = clipnorm,
                                               .clipvalue = clipvalue,
                                               .global_clipnorm = global_clipnorm,
                                               .clipnorm_each = clipnorm_each};
        return O(std::make_shared<PythonOptimizer>(self, class_name, settings));
      },
      "self"_a, "class_name"_a, "clipnorm"_a, "clipvalue"_a, "global_clipnorm"_a, "clipnorm_each"_a,
      "lazy_update"_a);
  def(
      m, {"state", "state"},
      [](const Dims& shape, const std::optional<std::string>& dtype, double value,
         const std::optional<std::string>& name) {
        return VariableHandle{optimizers::Own::state(shape.shape, to_dtype(dtype), value,
                                                     name.value_or(layers::unique_name("Variable")))};
      },
      "shape"_a, "dtype"_a.none(), "value"_a, "name"_a.none());
}

}  // namespace

void bind_optimizers(nb::module_& m) {
  const auto rate = [](VariablePtr optimizers::Optimizer::*member) {
    return [member](const O& o, const VariableHandle& variable) {
      LACUNA_REQUIRE(size_of(variable.variable->spec().shape) == 1,
                     "optimizer: a rate must be one number. Received: variable ", variable.variable->spec(),
                     ".");
      (*o).*member = variable.variable;
    };
  };
  using Opt = optimizers::Optimizer;
  nb::class_<O>(m, "Optimizer")
      .def_prop_ro("class_name", [](const O& o) { return o->class_name(); })
      .def_prop_ro("config", [](const O& o) { return from_config(without_gil([&] { return o->config(); })); })
      .def_prop_rw(
          "lr", [](const O& o) { return VariableHandle{o->lr}; }, rate(&Opt::lr))
      .def_prop_rw(
          "decay", [](const O& o) { return VariableHandle{o->decay}; }, rate(&Opt::decay))
      .def_prop_rw(
          "iterations", [](const O& o) { return VariableHandle{o->iterations}; }, rate(&Opt::iterations))
      .def("get_weights", [](const O& o) { return to_numpy(without_gil([&] { return o->get_weights(); })); })
      .def(
          "set_weights",
          [](const O& o, const std::vector<ArrayHandle>& weights) {
            std::vector<tensor::Dense> all;
            for (const ArrayHandle& one : weights) {
              LACUNA_REQUIRE(one.array.tensor().storage() == Storage::dense,
                             "set_weights: arrays must be dense. Received: ", one.array.tensor().spec(), ".");
              all.push_back(one.array.tensor().dense());
            }
            without_gil([&] { o->set_weights(all); });
          },
          "weights"_a);
  def_make<optimizers::Optimizer>(m, "optimizer");
  nb::class_<Ending>(m, "Ending", "What the end of a run of K.function does: a step of an optimizer.");
  def(
      m, "as_ending",
      [](const O& o, const Symbol& loss, nb::handle params) {
        std::vector<VariablePtr> variables;
        for (const nb::handle param : nb::cast<nb::list>(params)) {
          if (!nb::isinstance<VariableHandle>(param))
            throw nb::type_error(
                text("get_updates: params must be variables. Received: ", shown(param), ".").c_str());
          variables.push_back(nb::cast<VariableHandle&>(param).variable);
        }
        Ending ending = o->as_ending(loss, variables);
        ending.run = [held = o, run = ending.run](std::span<const Tensor* const> values) { run(values); };
        return ending;
      },
      "optimizer"_a, "loss"_a, "params"_a);
  bind_own(m);
}

}  // namespace lacuna::bind
