// Interrupts, warnings and printed text in Python.
#include "python/bind/handlers.h"

#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/base/redraws.h"
#include "python/bind/bind.h"
#include "python/bind/gil.h"

namespace lacuna::bind {
namespace {

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

void set_handlers() {
  // Ctrl-C sets a flag; Python acts on it on its main thread, when asked.
  set_interrupt_check([] {
    const WithGil gil;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
  });
  set_warning_handler([](const std::string& message) {
    const WithGil gil;
    const nb::object category = nb::module_::import_("lacuna._warnings").attr("LacunaWarning");
    // 2: shows the line that called the package, not the package's own.
    if (PyErr_WarnEx(category.ptr(), message.c_str(), 2) != 0) throw nb::python_error();
  });
  set_info_handler([](const std::string& message) {
    const WithGil gil;
    // A program that has not imported it cannot have set it up; importing takes longer than a small fit.
    const auto modules = nb::borrow<nb::dict>(nb::module_::import_("sys").attr("modules"));
    if (modules.contains("logging"))
      modules["logging"].attr("getLogger")("lacuna").attr("info")("%s", message);
  });
  set_print_handler([](const std::string& text) {
    const WithGil gil;
    const nb::object out = nb::module_::import_("sys").attr("stdout");
    if (out.is_none()) return;
    const std::string shown = redraws(out) ? text : without_redraws(text);
    if (!shown.empty()) out.attr("write")(shown);
    out.attr("flush")();
  });
}

}  // namespace lacuna::bind
