// Converts Python's values to the library's, and back.
#include "python/bind/convert.h"

#include <nanobind/ndarray.h>
#include <algorithm>
#include <cctype>
#include <cstring>
#include <memory>

#include "lacuna/backend/function.h"
#include "lacuna/tensor/row_table.h"
#include "python/bind/argument.h"
#include "python/bind/numbers.h"

namespace lacuna::bind {
namespace {

nb::object numpy_array(std::byte* data, const Shape& shape, DType dtype, nb::handle owner) {
  const std::vector<size_t> sizes(shape.begin(), shape.end());
  return with_dtype(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    return nb::cast(nb::ndarray<T, nb::numpy>(reinterpret_cast<T*>(data), sizes.size(), sizes.data(), owner));
  });
}

// A capsule that owns the object.
template <class T>
nb::capsule keep(std::unique_ptr<T> object) {
  return nb::capsule(object.release(), [](void* p) noexcept { delete static_cast<T*>(p); });
}

}  // namespace

std::vector<Symbol> penalties(const std::vector<layers::Weight*>& weights) {
  std::vector<Symbol> result;
  for (const layers::Weight* w : weights)
    if (w->regularizer) result.push_back(w->regularizer->loss(read(w->variable)));
  return result;
}

nb::list to_handles(const std::vector<layers::Weight*>& weights) {
  nb::list result;
  for (const layers::Weight* w : weights) result.append(VariableHandle{w->variable});
  return result;
}

nb::tuple from_shape(const Shape& shape) {
  nb::list dims;
  for (const Dim d : shape) dims.append(d == None ? nb::none() : nb::object(nb::int_(d)));
  return nb::tuple(dims);
}

Shape to_shape(nb::handle shape) {
  const auto wrong = [&] {
    return nb::type_error(
        text("shape: dimensions must be whole numbers or None. Received: shape=", shown(shape), ".").c_str());
  };
  const auto dim = [&](nb::handle d) -> Dim {
    if (d.is_none()) return None;
    if (!PyIndex_Check(d.ptr())) throw wrong();
    const Py_ssize_t value = PyNumber_AsSsize_t(d.ptr(), PyExc_OverflowError);
    if (value == -1 && PyErr_Occurred()) {
      PyErr_Clear();
      throw wrong();
    }
    return value;
  };
  if (PyIndex_Check(shape.ptr()) && !nb::hasattr(shape, "__len__")) return {dim(shape)};
  const nb::object dims = nb::steal(PyObject_GetIter(shape.ptr()));
  PyErr_Clear();
  if (!dims.is_valid() || PyUnicode_Check(shape.ptr())) throw wrong();
  Shape result;
  for (const nb::handle d : dims) result.push_back(dim(d));
  return result;
}

DType to_dtype(const std::optional<std::string>& name) { return name ? dtype_from_name(*name) : floatx(); }

nb::object to_numpy(tensor::Dense&& values) {
  if (values.dtype == DType::string) return from_strings(values);
  auto kept = std::make_unique<tensor::Dense>(std::move(values));
  tensor::Dense& dense = *kept;
  return numpy_array(dense.data.data(), dense.shape, dense.dtype, keep(std::move(kept)));
}

nb::object to_numpy(Buffer&& values, DType dtype) {
  auto kept = std::make_unique<Buffer>(std::move(values));
  Buffer& buffer = *kept;
  return numpy_array(buffer.data(), {static_cast<Dim>(buffer.bytes() / size_of(dtype))}, dtype,
                     keep(std::move(kept)));
}

nb::list to_numpy(std::vector<tensor::Dense>&& values) {
  nb::list result;
  for (tensor::Dense& value : values) result.append(to_numpy(std::move(value)));
  return result;
}

nb::list from_tensors(std::vector<Tensor>&& values) {
  nb::list result;
  for (Tensor& value : values) result.append(from_tensor(std::move(value)));
  return result;
}

nb::object from_tensor(Tensor&& value) {
  if (value.storage() == Storage::dense) return to_numpy(std::move(value.dense()));
  if (value.storage() == Storage::row_table) return to_numpy(value.table().to_dense());
  const nb::tuple shape = from_shape(value.shape());
  if (value.storage() == Storage::row_sparse) {
    tensor::RowSparse& rows = value.row_sparse();
    tensor::Dense values{.dtype = rows.dtype, .shape = rows.shape, .data = std::move(rows.data)};
    values.shape[0] = static_cast<Dim>(rows.row_ids().size());
    return nb::make_tuple(shape, to_numpy(std::move(rows.ids), DType::int64), to_numpy(std::move(values)));
  }
  tensor::Csr& csr = value.csr();
  return nb::make_tuple(shape, to_numpy(std::move(csr.data), csr.dtype),
                        to_numpy(std::move(csr.indices), csr.index),
                        to_numpy(std::move(csr.indptr), csr.index));
}

Arrays to_arrays(nb::handle arrays) {
  if (arrays.is_none()) return {};
  if (nb::isinstance<ArrayHandle>(arrays)) return nb::cast<ArrayHandle&>(arrays).array;
  const auto one = [](nb::handle array) {
    return array.is_none() ? Array() : nb::cast<ArrayHandle&>(array).array;
  };
  Arrays result;
  if (nb::isinstance<nb::dict>(arrays)) {
    for (const auto& [name, array] : nb::borrow<nb::dict>(arrays))
      result.named.emplace(to_text({"inputs", "a name"}, name), one(array));
    return result;
  }
  for (const nb::handle array : nb::iter(arrays)) result.list.push_back(one(array));
  return result;
}

std::vector<tensor::Dense> to_values(const std::vector<ArrayHandle>& arrays) {
  std::vector<tensor::Dense> result;
  for (const ArrayHandle& handle : arrays) {
    LACUNA_REQUIRE(handle.array.tensor().storage() == Storage::dense,
                   "set_weights: values must be dense arrays. Received: ", handle.array.tensor().spec(), ".");
    result.push_back(handle.array.tensor().dense());
  }
  return result;
}

Tensor own(const ArrayHandle& values, DType dtype, const char* name) {
  const Tensor& given = values.array.tensor();
  return backend::converted(given, {{}, dtype, given.storage()}, name);
}

Symbol to_constant(nb::handle value, std::optional<DType> dtype, const char* where) {
  const nb::object handle = nb::module_::import_("lacuna._arrays").attr("constant_view")(value, where);
  const ArrayHandle& values = nb::cast<ArrayHandle&>(handle);
  const DType given = values.array.tensor().dtype();
  const bool known = is_float(given) || given == DType::int32 || given == DType::int64;
  return constant(own(values, dtype.value_or(known ? given : floatx()), where));
}

namespace {

// Without " at 0x…", which differs from run to run and means nothing.
std::string without_addresses(const std::string& shown) {
  std::string result;
  for (size_t at = 0; at < shown.size();) {
    const size_t number = shown.compare(at, 6, " at 0x") == 0 ? at + 6
                          : shown.compare(at, 2, "0x") == 0   ? at + 2
                                                              : at;
    size_t end = number;
    while (end < shown.size() && std::isxdigit(static_cast<unsigned char>(shown[end]))) ++end;
    const size_t digits = number > at ? end - number : 0;
    if (digits >= (number == at + 6 ? 1 : 6)) at = end;
    else result += shown[at++];
  }
  return result;
}

}  // namespace

std::string shown(nb::handle value) {
  const std::string type = nb::str(value.type().attr("__name__")).c_str();
  const nb::object repr = nb::steal(PyObject_Repr(value.ptr()));
  const char* data = repr.is_valid() ? PyUnicode_AsUTF8(repr.ptr()) : nullptr;
  if (!data) {  // Its repr failed.
    PyErr_Clear();
    return text("<", type, ">");
  }
  const std::string all = without_addresses(std::string(data, std::min<size_t>(std::strlen(data), 500)));
  if (all.size() <= 80) return all;
  size_t end = 77;
  while ((static_cast<unsigned char>(all[end]) & 0xC0) == 0x80) --end;  // Not within a character.
  return text(all.substr(0, end), "... (", type, ")");
}

std::optional<double> to_number(nb::handle value, const char* where) {
  nb::object number = nb::borrow(value);
  if (nb::hasattr(value, "__array_interface__")) {
    const nb::object array = nb::module_::import_("numpy").attr("asarray")(value);
    const auto kind = nb::cast<std::string>(array.attr("dtype").attr("kind"));
    if (nb::cast<int>(array.attr("ndim")) || std::string("biuf").find(kind) == std::string::npos)
      return std::nullopt;
    number = array.attr("item")();
  }
  if (!PyFloat_Check(number.ptr()) && !PyLong_Check(number.ptr())) return std::nullopt;
  const double result = PyFloat_AsDouble(number.ptr());
  if (result == -1 && PyErr_Occurred()) {
    PyErr_Clear();
    throw InvalidArgument(where, ": a number must fit float64. Received: ", shown(value), ".");
  }
  return result;
}

std::optional<double> number_beside(const Symbol& x, nb::handle value, const char* where) {
  if (!nb::isinstance<Symbol>(value)) return to_number(value, where);
  const Symbol& symbol = nb::cast<Symbol&>(value);
  const bool may = x.storage() != Storage::dense && symbol.rank() == 0 && symbol.dtype() == x.dtype();
  const Tensor* constant = may ? constant_value(*symbol.node()) : nullptr;
  if (!constant) return std::nullopt;
  return with_dtype(symbol.dtype(), [&](auto tag) {
    return static_cast<double>(constant->dense().values<typename decltype(tag)::type>()[0]);
  });
}

namespace {

// A NumPy array of a number or lists of numbers; what NumPy does not take is an error in our words.
nb::object array_of(nb::handle value, DType dtype, const char* where) {
  try {
    return nb::module_::import_("numpy").attr("array")(value, "dtype"_a = name_of(dtype), "order"_a = "C");
  } catch (nb::python_error& error) {
    const bool is_value = error.matches(PyExc_ValueError) || error.matches(PyExc_OverflowError);
    if (!is_value && !error.matches(PyExc_TypeError)) throw;
    const std::string why = text(where,
                                 ": a symbol, a variable, an array or a matrix must be given, or numbers. "
                                 "Received: ",
                                 shown(value), ".");
    if (is_value) throw nb::value_error(why.c_str());
    throw nb::type_error(why.c_str());
  }
}

}  // namespace

Symbol to_symbol(nb::handle value, const Symbol* like, const char* where) {
  if (nb::isinstance<Symbol>(value)) return nb::cast<Symbol>(value);
  if (nb::isinstance<VariableHandle>(value)) return read(nb::cast<VariableHandle&>(value).variable);
  if (is_numbers(value)) return to_constant(value, like ? std::optional(like->dtype()) : std::nullopt, where);
  if (like && !value.is_none() && !PyUnicode_Check(value.ptr())) {
    const nb::object array = array_of(value, like->dtype(), where);
    const auto a = nb::cast<nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>>(array);
    tensor::Dense dense;
    Shape shape;
    for (size_t i = 0; i < a.ndim(); ++i) shape.push_back(static_cast<Dim>(a.shape(i)));
    dense.resize(shape, like->dtype());
    if (a.nbytes()) std::memcpy(dense.data.data(), a.data(), a.nbytes());
    return constant(std::move(dense));
  }
  throw nb::type_error(text(where, ": a symbol, a variable, an array or a matrix must be given",
                            like ? ", or numbers" : "", ". Received: ", shown(value), ".")
                           .c_str());
}

Symbol to_result(nb::handle value, const std::string& where) {
  if (nb::isinstance<Symbol>(value) || nb::isinstance<VariableHandle>(value) || is_numbers(value))
    return to_symbol(value, nullptr, where.c_str());
  throw nb::type_error(text(where, ": a symbol must be returned. Received: ", shown(value), ".").c_str());
}

namespace {

nb::object from_setting(const Setting& setting) {
  if (setting.is_none()) return nb::none();
  if (setting.config()) return from_config(*setting.config());
  if (const auto* list = setting.as<SettingList>()) {
    nb::list result;
    bool numbers = !list->empty();
    for (const Setting& item : *list) {
      result.append(from_setting(item));
      numbers &= item.is_none() || item.as<int64_t>();
    }
    return numbers ? nb::object(nb::tuple(result)) : nb::object(result);
  }
  return std::visit(
      [](const auto& value) -> nb::object {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, bool> || std::is_arithmetic_v<T> || std::is_same_v<T, std::string>)
          return nb::cast(value);
        else return nb::none();
      },
      setting.value());
}

Setting to_setting(nb::handle value, int depth) {
  LACUNA_REQUIRE(depth <= 100, "config: it must not be nested deeper than 100. Received: a deeper one.");
  if (value.is_none()) return {};
  const Place place{"config", "a setting"};
  if (nb::isinstance<nb::bool_>(value)) return to_flag(place, value);
  if (nb::isinstance<nb::str>(value)) return to_text(place, value);
  if (nb::isinstance<nb::float_>(value)) return to_float(place, value);
  if (nb::isinstance<nb::dict>(value)) {
    Config config;
    for (const auto& [name, item] : nb::borrow<nb::dict>(value))
      config.emplace(to_text(place, nb::str(nb::object(nb::borrow(name)))), to_setting(item, depth + 1));
    return config;
  }
  if (nb::isinstance<nb::list>(value) || nb::isinstance<nb::tuple>(value)) {
    SettingList list;
    for (const nb::handle item : value) list.push_back(to_setting(item, depth + 1));
    return list;
  }
  if (is_numbers(value) && nb::hasattr(value, "tolist")) {  // NumPy's.
    const nb::object plain = value.attr("tolist")();
    if (!is_numbers(plain)) return to_setting(plain, depth + 1);
  } else if (PyIndex_Check(value.ptr()) && !PyType_Check(value.ptr())) {
    return to_whole(place, value, INT64_MIN, INT64_MAX);
  } else if (nb::hasattr(value, "__name__")) {
    return to_text(place, value.attr("__name__"));
  } else if (nb::hasattr(value, "get_config")) {
    return Config{{"class_name", to_text(place, value.type().attr("__name__"))},
                  {"config", to_setting(value.attr("get_config")(), depth + 1)}};
  }
  throw InvalidArgument(
      "config: settings must be None, numbers, texts, lists, dicts or functions. Received: ", shown(value),
      ".");
}

}  // namespace

nb::dict from_config(const Config& config) {
  nb::dict result;
  for (const auto& [name, setting] : config) result[name.c_str()] = from_setting(setting);
  return result;
}

Config to_config(nb::handle dict) {
  const Setting setting = to_setting(dict, 0);
  LACUNA_REQUIRE(setting.config(), "config: must be a dict. Received: ", to_string(setting), ".");
  return *setting.config();
}

WeakObject::WeakObject(nb::handle object, const char* what, const std::string& name)
    : reference_(new nb::object(nb::steal(PyWeakref_NewRef(object.ptr(), nullptr))),
                 [](nb::object* reference) {  // Any thread may let go of it.
                   if (process_ends()) return;
                   const nb::gil_scoped_acquire gil;
                   delete reference;
                 }),
      what_(name.empty() ? what : text(what, " '", name, "'")) {
  if (!reference_->is_valid()) throw nb::python_error();
}

nb::object WeakObject::get() const {
  nb::object object = (*reference_)();
  LACUNA_REQUIRE(!object.is_none(), what_,
                 ": it must live as long as it may be called. Received: one that is gone.");
  return object;
}

}  // namespace lacuna::bind
