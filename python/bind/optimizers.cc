// Optimizers; their rates are variables.
#include "lacuna/optimizers/optimizer.h"

#include "python/bind/argument.h"

namespace lacuna::bind {

void bind_optimizers(nb::module_& m) {
  using O = Arg<optimizers::Optimizer>;
  nb::class_<O>(m, "Optimizer")
      .def_prop_ro("class_name", [](const O& o) { return o->class_name(); })
      .def_prop_ro("config", [](const O& o) { return from_config(without_gil([&] { return o->config(); })); })
      .def_prop_ro("lr", [](const O& o) { return VariableHandle{o->lr}; })
      .def_prop_ro("decay", [](const O& o) { return VariableHandle{o->decay}; })
      .def_prop_ro("iterations", [](const O& o) { return VariableHandle{o->iterations}; });
  def_make<optimizers::Optimizer>(m, "optimizer");
}

}  // namespace lacuna::bind
