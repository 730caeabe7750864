// Strings of NumPy as tensors: a copy of their bytes as UTF-8, and back.
#include <nanobind/ndarray.h>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "python/bind/argument.h"

namespace lacuna::bind {
namespace {

// Texts one after another. The views are made at the end, since the bytes move while they grow.
class Texts {
 public:
  void add(std::string_view text) {
    bytes_.append(text);
    ends_.push_back(bytes_.size());
  }
  void add_character(char32_t c) {
    if (c < 0x80) bytes_ += static_cast<char>(c);
    else if (c < 0x800) bytes_ += {lead(0xC0, c >> 6), next(c)};
    else if (c < 0x10000) bytes_ += {lead(0xE0, c >> 12), next(c >> 6), next(c)};
    else bytes_ += {lead(0xF0, c >> 18), next(c >> 12), next(c >> 6), next(c)};
  }
  void end() { ends_.push_back(bytes_.size()); }
  size_t count() const { return ends_.size(); }

  static tensor::Dense to_tensor(std::unique_ptr<Texts> texts, Shape shape) {
    std::shared_ptr<Texts> kept = std::move(texts);
    kept->views_.reserve(kept->ends_.size());
    size_t begin = 0;
    for (const size_t end : kept->ends_) {
      kept->views_.emplace_back(kept->bytes_.data() + begin, end - begin);
      begin = end;
    }
    kept->ends_ = {};
    const auto* views = kept->views_.data();
    const size_t bytes = kept->views_.size() * sizeof(std::string_view);
    return {DType::string, std::move(shape), Buffer::view(views, bytes, std::move(kept))};
  }

 private:
  static char lead(char32_t mark, char32_t bits) { return static_cast<char>(mark | bits); }
  static char next(char32_t bits) { return static_cast<char>(0x80 | (bits & 0x3F)); }

  std::string bytes_{};
  std::vector<size_t> ends_{};
  std::vector<std::string_view> views_{};
};

// The memory of an array of NumPy, in C order.
struct Memory {
  explicit Memory(nb::handle array) {
    if (PyObject_GetBuffer(array.ptr(), &view, PyBUF_ND | PyBUF_FORMAT)) throw nb::python_error();
  }
  ~Memory() { PyBuffer_Release(&view); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  size_t count() const { return view.itemsize ? static_cast<size_t>(view.len / view.itemsize) : 0; }
  const char* item(size_t i) const {
    return static_cast<const char*>(view.buf) + i * static_cast<size_t>(view.itemsize);
  }
  Py_buffer view{};
};

// What stands for a missing text: None, NaN, pandas' NA.
bool is_missing(PyObject* object) {
  if (object == Py_None) return true;
  if (PyFloat_Check(object)) return PyFloat_AS_DOUBLE(object) != PyFloat_AS_DOUBLE(object);
  const std::string_view type = Py_TYPE(object)->tp_name;
  return type.ends_with("NAType") || type.ends_with("NaTType");
}

[[noreturn]] void wrong_item(const std::string& where, size_t place, nb::handle item) {
  throw nb::type_error(text(where, " must hold strings alone, or None where one is missing. Received: ",
                            shown(item), " at place ", place, ".")
                           .c_str());
}

void add_object(Texts& texts, const std::string& where, size_t place, PyObject* object) {
  if (PyUnicode_Check(object)) {
    Py_ssize_t size = 0;
    const char* bytes = PyUnicode_AsUTF8AndSize(object, &size);
    if (!bytes) {
      PyErr_Clear();
      throw InvalidArgument(where, " must hold valid Unicode. Received: half of a surrogate pair at place ",
                            place, ".");
    }
    texts.add({bytes, static_cast<size_t>(size)});
  } else if (PyBytes_Check(object)) {
    texts.add({PyBytes_AS_STRING(object), static_cast<size_t>(PyBytes_GET_SIZE(object))});
  } else if (is_missing(object)) {
    texts.add({});
  } else {
    wrong_item(where, place, object);
  }
}

// One item of kind U: code points of 32 bits, filled up with zeros.
void add_code_points(Texts& texts, const std::string& where, size_t place, const char* item, size_t bytes) {
  size_t count = bytes / 4;
  const auto at = [&](size_t i) {
    uint32_t c;
    std::memcpy(&c, item + 4 * i, 4);
    return c;
  };
  while (count && at(count - 1) == 0) --count;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t c = at(i);
    LACUNA_REQUIRE(c < 0x110000 && (c < 0xD800 || c > 0xDFFF), where,
                   " must hold valid Unicode. Received: code point ", c, " at place ", place, ".");
    texts.add_character(c);
  }
  texts.end();
}

// array: of NumPy's kind U, S or O, in C order and native byte order.
ArrayHandle strings(const nb::object& array, const std::string& where) {
  const Memory memory(array);
  auto texts = std::make_unique<Texts>();
  const auto size = static_cast<size_t>(memory.view.itemsize);
  const char kind = memory.view.format[std::strlen(memory.view.format) - 1];
  Shape shape;
  size_t count = 1;
  for (const Dim d : to_shape(array.attr("shape"))) shape.push_back(d), count *= static_cast<size_t>(d);
  for (size_t i = 0; i < count; ++i) {
    const char* const item = memory.item(i);
    if (kind == 'O') {
      PyObject* object;
      std::memcpy(&object, item, sizeof(PyObject*));
      add_object(*texts, where, i, object ? object : Py_None);
    } else if (kind == 'w') {
      add_code_points(*texts, where, i, item, size);
    } else {
      size_t used = size;
      while (used && item[used - 1] == 0) --used;
      texts->add({item, used});
    }
  }
  return {Array(Texts::to_tensor(std::move(texts), std::move(shape))), {}};
}

}  // namespace

nb::object from_strings(const tensor::Dense& strings) {
  nb::list items;
  for (const std::string_view item : strings.values<std::string_view>()) {
    PyObject* one = PyUnicode_DecodeUTF8(item.data(), static_cast<Py_ssize_t>(item.size()), nullptr);
    if (!one) {  // Not UTF-8: as bytes.
      PyErr_Clear();
      one = PyBytes_FromStringAndSize(item.data(), static_cast<Py_ssize_t>(item.size()));
    }
    items.append(nb::steal(one));
  }
  const nb::module_ numpy = nb::module_::import_("numpy");
  nb::object array = numpy.attr("empty")(items.size(), "dtype"_a = numpy.attr("object_"));
  array[nb::slice(nb::none(), nb::none(), nb::none())] = items;
  return array.attr("reshape")(from_shape(strings.shape));
}

void bind_strings(nb::module_& m) {
  m.def("strings", &strings, "array"_a, "where"_a, "A copy of an array of strings; missing ones are empty.");
}

}  // namespace lacuna::bind
