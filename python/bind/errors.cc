// What the library's errors are in Python. A message may show bytes of a file or a path that are no text.
#include <cstring>

#include "lacuna/base/path.h"
#include "python/bind/path.h"

namespace lacuna::bind {
namespace {

nb::object shown(const char* message) {
  return nb::steal(
      PyUnicode_DecodeUTF8(message, static_cast<Py_ssize_t>(std::strlen(message)), "backslashreplace"));
}

void raise(const nb::handle& error) { PyErr_SetObject(error.type().ptr(), error.ptr()); }

void translate(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const FileError& e) {
    raise(nb::module_::import_("lacuna._files")
              .attr("error")(e.number, shown(e.what()), nb::bytes(e.path.data(), e.path.size())));
  } catch (const std::invalid_argument& e) {
    PyErr_SetObject(PyExc_ValueError, shown(e.what()).ptr());
  } catch (const std::out_of_range& e) {
    PyErr_SetObject(PyExc_IndexError, shown(e.what()).ptr());
  }
}

}  // namespace

void bind_errors(nb::module_& m) {
  nb::register_exception_translator(translate);
  m.def(
      "check_path",
      [](const nb::bytes& where, const nb::bytes& path) {
        checked_path(to_string(where).c_str(), to_string(path));
      },
      "where"_a, "path"_a);
}

}  // namespace lacuna::bind
