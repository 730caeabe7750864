// lacuna._core.
#include <nanobind/stl/string.h>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"
#include "python/bind/bind.h"
#include "python/bind/gil.h"
#include "python/bind/path.h"

NB_MODULE(_core, m) {
  namespace nb = nanobind;
  using namespace nb::literals;

  // Ctrl-C sets a flag; Python acts on it on its main thread, when asked.
  lacuna::set_interrupt_check([] {
    const lacuna::bind::WithGil gil;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
  });
  lacuna::set_warning_handler([](const std::string& message) {
    const lacuna::bind::WithGil gil;
    // 2: where the package was called, not where it called us.
    if (PyErr_WarnEx(PyExc_RuntimeWarning, message.c_str(), 2) != 0) throw nb::python_error();
  });
  lacuna::set_print_handler([](const std::string& text) {
    const lacuna::bind::WithGil gil;
    const nb::object out = nb::module_::import_("sys").attr("stdout");
    if (out.is_none()) return;
    out.attr("write")(text);
    out.attr("flush")();
  });
  lacuna::bind::stop_threads_at_exit();
  m.def("set_random_seed", &lacuna::set_random_seed, "seed"_a);
  m.def("set_num_threads", &lacuna::set_num_threads, "threads"_a);
  m.def("num_threads", &lacuna::num_threads);
  lacuna::num_threads();  // Says now what is wrong with the environment.

  lacuna::bind::bind_errors(m);
  lacuna::bind::bind_tensor(m);
  lacuna::bind::bind_graph(m);
  lacuna::bind::bind_backend(m);
  lacuna::bind::bind_settings(m);
  lacuna::bind::bind_layers(m);
  lacuna::bind::bind_small_layers(m);
  lacuna::bind::bind_losses(m);
  lacuna::bind::bind_optimizers(m);
  lacuna::bind::bind_data(m);
  lacuna::bind::bind_callbacks(m);
  lacuna::bind::bind_models(m);
}
