// Optimizers; their rates are variables.
#include "lacuna/optimizers/optimizer.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include "lacuna/optimizers/adagrad.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/sgd.h"
#include "python/bind/convert.h"

namespace lacuna::bind {

void bind_optimizers(nb::module_& m) {
  using namespace optimizers;
  using O = Arg<Optimizer>;
  nb::class_<O>(m, "Optimizer")
      .def_prop_ro("class_name", [](const O& o) { return o->class_name(); })
      .def_prop_ro("config", [](const O& o) { return from_config(o->config()); })
      .def_prop_ro("lr", [](const O& o) { return VariableHandle{o->lr}; })
      .def_prop_ro("decay", [](const O& o) { return VariableHandle{o->decay}; })
      .def_prop_ro("iterations", [](const O& o) { return VariableHandle{o->iterations}; });
  m.def(
      "optimizer", [](const std::string& name) { return O(name); }, "name"_a);
  m.def(
      "sgd",
      [](double lr, double momentum, double decay, bool nesterov, bool lazy_update, double clipnorm,
         double clipvalue) {
        return O(SGD{lr, momentum, decay, nesterov, lazy_update, clipnorm, clipvalue});
      },
      "lr"_a, "momentum"_a, "decay"_a, "nesterov"_a, "lazy_update"_a, "clipnorm"_a, "clipvalue"_a);
  m.def(
      "adam",
      [](double lr, double beta_1, double beta_2, std::optional<double> epsilon, double decay, bool amsgrad,
         bool lazy_update, double clipnorm, double clipvalue) {
        return O(Adam{lr, beta_1, beta_2, epsilon, decay, amsgrad, lazy_update, clipnorm, clipvalue});
      },
      "lr"_a, "beta_1"_a, "beta_2"_a, "epsilon"_a.none(), "decay"_a, "amsgrad"_a, "lazy_update"_a,
      "clipnorm"_a, "clipvalue"_a);
  m.def(
      "adagrad",
      [](double lr, std::optional<double> epsilon, double decay, bool lazy_update, double clipnorm,
         double clipvalue) {
        return O(Adagrad{lr, epsilon, decay, lazy_update, clipnorm, clipvalue});
      },
      "lr"_a, "epsilon"_a.none(), "decay"_a, "lazy_update"_a, "clipnorm"_a, "clipvalue"_a);
}

}  // namespace lacuna::bind
