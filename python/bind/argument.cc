// Converts arguments from Python.
#include "python/bind/argument.h"

#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/constraints/constraints.h"
#include "lacuna/layers/initializers/initializers.h"
#include "lacuna/layers/regularizers/regularizers.h"

namespace lacuna::bind {
namespace {

std::string message(const Place& at, const std::string& must, nb::handle given) {
  return text(at.where, ": ", at.name, " must be ", must, ". Received: ", at.name, "=", shown(given), ".");
}

// The letter of the dtype's kind for a NumPy number or array of rank 0; else 0.
char kind_of_scalar(nb::handle given) {
  if (!nb::hasattr(given, "__array_interface__") || !nb::hasattr(given, "dtype")) return 0;
  const nb::object kind = given.attr("dtype").attr("kind");
  if (PyLong_AsLong(nb::object(given.attr("ndim")).ptr()) != 0) return 0;
  return nb::str(kind).c_str()[0];
}

// What __index__ gives, or none.
nb::object index_of(nb::handle given) {
  nb::object index = nb::steal(PyIndex_Check(given.ptr()) ? PyNumber_Index(given.ptr()) : nullptr);
  if (!index.is_valid()) PyErr_Clear();
  return index;
}

// An object of one of these kinds; else a setting that holds none, which errors show.
template <class... T>
Setting to_object(nb::handle given) {
  if (nb::isinstance<Setting::Object>(given)) return nb::cast<Setting::Object&>(given);
  Setting::Object object{{}, shown(given)};
  const auto take = [&]<class K>(std::type_identity<K>) {
    if (nb::isinstance<Arg<K>>(given)) object.value = nb::cast<Arg<K>>(given).get();
  };
  (take(std::type_identity<T>()), ...);
  return object;
}

// Raises RecursionError before the stack is full.
struct Deeper {
  Deeper() {
    if (Py_EnterRecursiveCall(" in a list or a dict of settings")) throw nb::python_error();
  }
  ~Deeper() { Py_LeaveRecursiveCall(); }
};

Setting to_setting(const Place& at, nb::handle given) {
  const Deeper deeper;
  if (given.is_none()) return {};
  const char kind = kind_of_scalar(given);
  if (given.is(Py_True) || given.is(Py_False) || kind == 'b') return to_flag(at, given);
  if (PyUnicode_Check(given.ptr())) return to_text(at, given);
  if (const nb::object index = index_of(given); index.is_valid()) {
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
    if (!overflow) return static_cast<int64_t>(value);
    return to_float(at, given);
  }
  if (PyDict_Check(given.ptr())) return to_settings(at.where, given);
  const bool array = nb::hasattr(given, "__array_interface__");
  if (PyList_Check(given.ptr()) || PyTuple_Check(given.ptr()) || PyRange_Check(given.ptr()) ||
      (array && !kind && nb::hasattr(given, "tolist"))) {
    SettingList list;
    for (const nb::object& one : to_list(at, given)) list.push_back(to_setting(at, one));
    return list;
  }
  if (kind == 'f' || (!array && nb::hasattr(given, "__float__"))) return to_float(at, given);
  return to_object<activations::Activation, initializers::Initializer, regularizers::Regularizer,
                   constraints::Constraint>(given);
}

}  // namespace

Config to_settings(const char* where, nb::handle dict) {
  Config result;
  for (const auto& [key, value] : nb::borrow<nb::dict>(dict)) {
    const std::string name = to_text({where, "a keyword"}, key);
    result.emplace(name, to_setting({where, name.c_str()}, value));
  }
  return result;
}

void wrong_type(const Place& at, const std::string& must, nb::handle given) {
  throw nb::type_error(message(at, must, given).c_str());
}
void wrong_value(const Place& at, const std::string& must, nb::handle given) {
  throw nb::value_error(message(at, must, given).c_str());
}

bool to_flag(const Place& at, nb::handle given) {
  if (given.is(Py_True) || given.is(Py_False)) return given.is(Py_True);
  if (kind_of_scalar(given) == 'b') return nb::object(given.attr("item")()).is(Py_True);
  const nb::object index = index_of(given);
  if (!index.is_valid()) wrong_type(at, "True or False", given);
  const long value = PyLong_AsLong(index.ptr());
  PyErr_Clear();  // Set if it is larger than a long.
  if (value != 0 && value != 1) wrong_value(at, "True or False", given);
  return value == 1;
}

int64_t to_whole(const Place& at, nb::handle given, int64_t least, int64_t most) {
  const nb::object index = index_of(given);
  if (!index.is_valid()) wrong_type(at, "a whole number", given);
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
  if (overflow || value < least || value > most)
    wrong_value(at,
                least == 0 ? text("a whole number from 0 to ", most)
                           : text("a whole number of ", most > INT32_MAX ? 64 : 32, " bits"),
                given);
  return value;
}

double to_float(const Place& at, nb::handle given) {
  const char kind = kind_of_scalar(given);
  const bool array = nb::hasattr(given, "ndim") && !nb::isinstance<VariableHandle>(given);
  const bool may = array ? kind && std::string("biuf").find(kind) != std::string::npos
                         : nb::hasattr(given, "__float__") || PyIndex_Check(given.ptr());
  const double value = may ? PyFloat_AsDouble(given.ptr()) : -1;
  if (!may || (value == -1 && PyErr_Occurred())) {
    const bool large = PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_OverflowError);
    PyErr_Clear();
    if (large) wrong_value(at, "a number of float64", given);
    wrong_type(at, "a number", given);
  }
  return value;
}

std::string to_text(const Place& at, nb::handle given) {
  if (!PyUnicode_Check(given.ptr())) wrong_type(at, "a text", given);
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(given.ptr(), &size);
  if (!data) {
    PyErr_Clear();
    wrong_value(at, "a text that UTF-8 can hold", given);
  }
  return {data, static_cast<size_t>(size)};
}

std::vector<nb::object> to_list(const Place& at, nb::handle given) {
  const bool array = nb::hasattr(given, "__array_interface__") && nb::hasattr(given, "tolist");
  const nb::object all = array ? given.attr("tolist")() : nb::borrow(given);
  if (!PyList_Check(all.ptr()) && !PyTuple_Check(all.ptr()) && !PyRange_Check(all.ptr()))
    wrong_type(at, "a list", given);
  std::vector<nb::object> result;
  for (const nb::handle one : nb::iter(all)) result.push_back(nb::borrow(one));
  return result;
}

Shape to_dims(const Place& at, nb::handle given) {
  const auto dim = [&](nb::handle d) -> Dim {
    if (d.is_none()) return None;
    const nb::object index = index_of(d);
    if (!index.is_valid()) wrong_type(at, "a tuple of whole numbers or None", given);
    const Py_ssize_t value = PyNumber_AsSsize_t(index.ptr(), nullptr);  // Clipped.
    if (value < 0) wrong_value(at, "a tuple of numbers that are not negative", given);
    if (value == PY_SSIZE_T_MAX) wrong_value(at, "a tuple of numbers below 2^63 - 1", given);
    return value;
  };
  if (index_of(given).is_valid()) return {dim(given)};
  if (!PyList_Check(given.ptr()) && !PyTuple_Check(given.ptr()) && !nb::hasattr(given, "__array_interface__"))
    wrong_type(at, "a tuple of whole numbers or None", given);
  Shape result;
  for (const nb::object& d : to_list(at, given)) result.push_back(dim(d));
  return result;
}

std::vector<Symbol> to_symbols(const Place& at, nb::handle given) {
  if (!PyList_Check(given.ptr()) && !PyTuple_Check(given.ptr()))
    throw nb::type_error(
        text(at.where, ": a list of symbols must be given. Received: ", shown(given), ".").c_str());
  std::vector<Symbol> result;
  for (const nb::handle one : nb::iter(given)) result.push_back(to_symbol(one, nullptr, at.where));
  return result;
}

}  // namespace lacuna::bind
