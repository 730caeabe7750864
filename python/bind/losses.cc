// Losses and metrics.
#include "lacuna/losses/losses.h"

#include <nanobind/stl/string.h>

#include "lacuna/metrics/metrics.h"
#include "python/bind/convert.h"

namespace lacuna::bind {
namespace {

// The class of a kind, `<kind>(name)` and `custom_<kind>(function, name)`.
template <class T>
void def_kind(nb::module_& m, const char* class_name, const char* make, const char* custom) {
  using A = Arg<T>;
  nb::class_<A>(m, class_name)
      .def_prop_ro("name", [](const A& a) { return a->name; })
      .def(
          "__call__",
          [](const A& a, const Symbol& y_true, const Symbol& y_pred) { return (*a)(y_true, y_pred); },
          "y_true"_a, "y_pred"_a);
  m.def(
      make, [](const std::string& name) { return A(name); }, "name"_a);
  m.def(
      custom,
      [](nb::handle function, const std::string& name) {
        return A(T::from_function(WeakObject(function, T::kind), name));
      },
      "function"_a, "name"_a);
}

}  // namespace

void bind_losses(nb::module_& m) {
  def_kind<losses::Loss>(m, "Loss", "loss", "custom_loss");
  def_kind<metrics::Metric>(m, "Metric", "metric", "custom_metric");
}

}  // namespace lacuna::bind
