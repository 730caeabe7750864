// Translates the library's errors to Python's. A message may show bytes of a file or a path that are not
// UTF-8.
#include <cctype>

#include "lacuna/base/names.h"
#include "lacuna/base/path.h"
#include "lacuna/training/trainer.h"
#include "python/bind/path.h"

namespace lacuna::bind {
namespace {

constexpr const char* kNoMemory = "lacuna: there must be memory for what is asked for. Received: too little.";

// The next opening quote; an apostrophe within a word is none.
size_t quote(const std::string& message, size_t from) {
  size_t at = message.find('\'', from);
  while (at != std::string::npos && at > 0 && std::isalnum(static_cast<unsigned char>(message[at - 1])))
    at = message.find('\'', at + 1);
  return at;
}

// Cuts long texts in quotes: names that users give may have any length.
std::string shortened(const std::string& message) {
  std::string result;
  size_t at = 0;
  for (size_t open = quote(message, 0); open != std::string::npos; open = quote(message, at)) {
    const size_t close = message.find('\'', open + 1);
    if (close == std::string::npos) break;
    result += text(message.substr(at, open - at), in_quotes(message.substr(open + 1, close - open - 1)));
    at = close + 1;
  }
  return result + message.substr(at);
}

nb::object message_text(const char* message) {
  const std::string all = shortened(message);
  return nb::steal(PyUnicode_DecodeUTF8(all.data(), static_cast<Py_ssize_t>(all.size()), "backslashreplace"));
}

void raise(const nb::handle& error) { PyErr_SetObject(error.type().ptr(), error.ptr()); }

void translate(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const FileError& e) {
    raise(nb::module_::import_("lacuna._files")
              .attr("error")(e.number, message_text(e.what()), nb::bytes(e.path.data(), e.path.size())));
  } catch (const NotCompiled& e) {
    PyErr_SetObject(nb::module_::import_("lacuna._custom").attr("NotCompiled").ptr(),
                    message_text(e.what()).ptr());
  } catch (const InvalidType& e) {
    PyErr_SetObject(PyExc_TypeError, message_text(e.what()).ptr());
  } catch (const std::invalid_argument& e) {
    PyErr_SetObject(PyExc_ValueError, message_text(e.what()).ptr());
  } catch (const std::out_of_range& e) {
    PyErr_SetObject(PyExc_IndexError, message_text(e.what()).ptr());
  } catch (const std::bad_alloc&) {
    PyErr_SetString(PyExc_MemoryError, kNoMemory);
  } catch (const std::length_error&) {  // A size that no memory could ever hold.
    PyErr_SetString(PyExc_MemoryError, kNoMemory);
  }
}

}  // namespace

void bind_errors(nb::module_& m) {
  nb::register_exception_translator(translate);
  m.def(
      "check_path",
      [](const nb::bytes& where, const nb::bytes& path) {
        checked_path(string_of(where).c_str(), string_of(path));
      },
      "where"_a, "path"_a);
}

}  // namespace lacuna::bind
