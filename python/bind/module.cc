// The Python module lacuna._core.
#include "lacuna/base/dialect.h"
#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/base/random.h"
#include "lacuna/base/redraws.h"
#include "lacuna/base/threads.h"
#include "lacuna/layers/layer.h"
#include "python/bind/argument.h"
#include "python/bind/gil.h"
#include "python/bind/path.h"

namespace {

namespace nb = nanobind;

// Whether a line that was written can be written again: in a terminal and in a notebook, not in a file.
bool redraws(const nb::object& out) {
  const auto modules = nb::borrow<nb::dict>(nb::module_::import_("sys").attr("modules"));
  if (modules.contains("ipykernel")) return true;
  try {
    return nb::hasattr(out, "isatty") && nb::cast<bool>(out.attr("isatty")());
  } catch (const std::exception&) {  // An object of the user's, or a closed file.
    return false;
  }
}

}  // namespace

NB_MODULE(_core, m) {
  using namespace nb::literals;

  // Ctrl-C sets a flag; Python acts on it on its main thread, when asked.
  lacuna::set_interrupt_check([] {
    const lacuna::bind::WithGil gil;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
  });
  lacuna::set_warning_handler([](const std::string& message) {
    const lacuna::bind::WithGil gil;
    const nb::object category = nb::module_::import_("lacuna._warnings").attr("LacunaWarning");
    // 2: shows the line that called the package, not the package's own.
    if (PyErr_WarnEx(category.ptr(), message.c_str(), 2) != 0) throw nb::python_error();
  });
  lacuna::set_info_handler([](const std::string& message) {
    const lacuna::bind::WithGil gil;
    // A program that has not imported it cannot have set it up; importing takes longer than a small fit.
    const auto modules = nb::borrow<nb::dict>(nb::module_::import_("sys").attr("modules"));
    if (modules.contains("logging"))
      modules["logging"].attr("getLogger")("lacuna").attr("info")("%s", message);
  });
  lacuna::set_print_handler([](const std::string& text) {
    const lacuna::bind::WithGil gil;
    const nb::object out = nb::module_::import_("sys").attr("stdout");
    if (out.is_none()) return;
    const std::string shown = redraws(out) ? text : lacuna::without_redraws(text);
    if (!shown.empty()) out.attr("write")(shown);
    out.attr("flush")();
  });
  lacuna::bind::stop_threads_at_exit();
  lacuna::bind::def(m, "set_random_seed", lacuna::set_random_seed, "seed"_a);
  lacuna::bind::def(m, "set_num_threads", lacuna::set_num_threads, "threads"_a);
  // For checks in Python: each returns the value, or raises an error `where: name must be …`.
  const auto door = [&](const char* name, auto to) {
    m.def(
        name,
        [to](nb::handle where, nb::handle argument, nb::handle value) {
          const nb::str of(where), named(argument);
          return to(lacuna::bind::Place{of.c_str(), named.c_str()}, value);
        },
        "where"_a.none(), "name"_a.none(), "value"_a.none());
  };
  door("flag", &lacuna::bind::to_flag);
  door("whole", [](const lacuna::bind::Place& at, nb::handle value) {
    return lacuna::bind::to_whole(at, value, INT64_MIN, INT64_MAX);
  });
  door("number", &lacuna::bind::to_float);
  door("text", &lacuna::bind::to_text);
  door("dims", [](const lacuna::bind::Place& at, nb::handle value) {
    return lacuna::bind::from_shape(lacuna::bind::to_dims(at, value));
  });
  m.def(
      "shown", [](nb::handle value) { return lacuna::bind::shown(value); }, "value"_a.none());
  m.def("unique_name", &lacuna::layers::unique_name, "class_name"_a);
  m.def(
      "set_keras", [](const std::string& version) { lacuna::config::set_keras(version); }, "version"_a);
  m.def("keras", &lacuna::config::keras);
  m.def("num_threads", &lacuna::num_threads);
  lacuna::num_threads();  // Warns now if LACUNA_NUM_THREADS is wrong.

  lacuna::bind::bind_errors(m);
  lacuna::bind::bind_tensor(m);
  lacuna::bind::bind_strings(m);
  lacuna::bind::bind_graph(m);
  lacuna::bind::bind_backend(m);
  lacuna::bind::bind_convolution(m);
  lacuna::bind::bind_settings(m);
  lacuna::bind::bind_layers(m);
  lacuna::bind::bind_features(m);
  lacuna::bind::bind_recurrent(m);
  lacuna::bind::bind_losses(m);
  lacuna::bind::bind_optimizers(m);
  lacuna::bind::bind_data(m);
  lacuna::bind::bind_datasets(m);
  lacuna::bind::bind_callbacks(m);
  lacuna::bind::bind_models(m);
}
