// Groups of a file, with their attributes and arrays. All ids are closed, HDF5's printing of errors is off
// meanwhile, and nothing outside of the file is used: no other files, no filter plugins.
#include <algorithm>
#include <cstring>
#include <limits>

#include "lacuna/base/utf8.h"
#include "lacuna/hdf5/hdf5-inl.h"

namespace lacuna::hdf5 {
namespace {

constexpr size_t kAttributeBytes = 60000;  // A little below what HDF5 lets one attribute hold.
constexpr uint64_t kPacked = 1100;         // The most values that HDF5's filters make of a byte.

// HDF5's own description of the innermost error.
std::string reason() {
  std::string words;
  const auto first = [](unsigned n, const H5E_error2_t* error, void* into) -> herr_t {
    if (n == 0 && error->desc) *static_cast<std::string*>(into) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first, &words);
  return words.empty() ? "HDF5 does not say why" : words;
}

herr_t refuse(const char*, const char*, const char*, const char*, unsigned*, hid_t, void*) { return -1; }

// Property lists are expensive to make, and these never change. Links into other files are not followed.
hid_t link_access() {
  static const hid_t list = [] {
    const hid_t made = H5Pcreate(H5P_LINK_ACCESS);
    H5Pset_elink_cb(made, refuse, nullptr);
    return made;
  }();
  return list;
}

hid_t with_groups() {
  static const hid_t list = [] {
    const hid_t made = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(made, 1);
    return made;
  }();
  return list;
}

// That of an array that is read or written as a whole.
hid_t memory_type(DType dtype) {
  switch (dtype) {
    case DType::float32:
    case DType::float64:
    case DType::int32:
    case DType::int64:
    case DType::uint8:
      return native_type(dtype);
    default:
      throw InvalidArgument(
          "HDF5: arrays must be float32, float64, int32, int64 or uint8. Received: dtype=", dtype, ".");
  }
}

hid_t file_type(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return H5T_IEEE_F32LE;
    case DType::float64:
      return H5T_IEEE_F64LE;
    case DType::int32:
      return H5T_STD_I32LE;
    case DType::uint8:
      return H5T_STD_U8LE;
    default:
      return H5T_STD_I64LE;
  }
}

std::string shown(const Shape& shape) { return to_string(shape); }

}  // namespace

hid_t native_type(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return H5T_NATIVE_FLOAT;
    case DType::float64:
      return H5T_NATIVE_DOUBLE;
    case DType::int8:
      return H5T_NATIVE_INT8;
    case DType::int16:
      return H5T_NATIVE_INT16;
    case DType::int32:
      return H5T_NATIVE_INT32;
    case DType::int64:
      return H5T_NATIVE_INT64;
    case DType::uint16:
      return H5T_NATIVE_UINT16;
    case DType::uint32:
      return H5T_NATIVE_UINT32;
    case DType::uint64:
      return H5T_NATIVE_UINT64;
    default:
      return H5T_NATIVE_UINT8;
  }
}

void Group::Handle::fail(const std::string& must, const std::string& received) const {
  const std::string place = name.empty() ? "" : lacuna::text(" in '", name, "'");
  const std::string file =
      context->path.empty() ? "" : lacuna::text(", file '", shown_utf8(context->path), "'");
  throw InvalidArgument(context->where, ": ", must, ". Received: ", received, place, file, ".");
}

void Group::Handle::check(bool holds, const std::string& must) const {
  if (!holds) fail(must, reason());
}

Id Group::Handle::open(const std::string& path) const {
  return {H5Oopen(id, path.c_str(), link_access()), H5Oclose};
}
bool Group::Handle::is(const std::string& path, H5O_type_t type) const {
  H5O_info_t info;  // Quicker than opening it.
  if (H5Oget_info_by_name2(id, path.c_str(), &info, H5O_INFO_BASIC, link_access()) >= 0)
    return info.type == type;
  const std::string why = reason();  // It is not there, or cannot be read: each part of the path tells which.
  for (size_t end = 0; end != path.npos;) {
    end = path.find('/', end + 1);
    const htri_t there = H5Lexists(id, path.substr(0, end).c_str(), link_access());
    if (there == 0) return false;
    if (there < 0) break;
  }
  fail(lacuna::text("'", path, "' must be readable"), why);
}

Group::Handle::Array Group::Handle::open_array(const std::string& path, Reads reads) const {
  Array array{open(path), {}};
  if (array.id < 0 || H5Iget_type(array.id) != H5I_DATASET)
    fail(lacuna::text("'", path, "' must be an array"), "no such one");
  const Id made(H5Dget_create_plist(array.id), H5Pclose);
  const H5D_layout_t layout = H5Pget_layout(made);
  bool plain = H5Pget_external_count(made) == 0 && layout != H5D_VIRTUAL;
  const int filters = H5Pget_nfilters(made);
  std::string other;
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    size_t values = 0;
    char filter[64] = "";
    const H5Z_filter_t number = H5Pget_filter2(made, static_cast<unsigned>(i), &flags, &values, nullptr,
                                               sizeof filter, filter, nullptr);
    if (number < 0 || number > H5Z_FILTER_SCALEOFFSET)  // The last built-in filter.
      other = lacuna::text("filter '", shown_utf8(filter), "'");
  }
  if (!plain || filters < 0 || !other.empty())
    fail(lacuna::text("'", path,
                      "' must stand in the file, unfiltered or by HDF5's own filters, such as gzip"),
         other.empty() ? "another array" : other);
  const Id space(H5Dget_space(array.id), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space);
  hsize_t dims[H5S_MAX_RANK];
  if (rank < 0 || H5Sget_simple_extent_type(space) == H5S_NULL ||
      H5Sget_simple_extent_dims(space, dims, nullptr) < 0)
    fail(lacuna::text("'", path, "' must have a shape"), reason());
  for (int i = 0; i < rank; ++i) {
    if (dims[i] > static_cast<hsize_t>(std::numeric_limits<Dim>::max()))
      fail(lacuna::text("'", path, "' must have dimensions below 2^63"), std::to_string(dims[i]));
    array.shape.push_back(static_cast<Dim>(dims[i]));
  }
  check_bytes(array, layout == H5D_CHUNKED, path, reads);
  return array;
}

// Throws if the stored bytes do not match the shape: values that were never written, an absurd shape, or
// compressed data that expands to far more than is plausible. HDF5 itself would read beyond the end of a
// stored array that is too short.
void Group::Handle::check_bytes(const Array& array, bool in_chunks, const std::string& path,
                                Reads reads) const {
  uint64_t values = 1, bytes = 0;
  for (const Dim d : array.shape)
    if (__builtin_mul_overflow(values, static_cast<uint64_t>(d), &values)) values = ~uint64_t{0};
  const Id type(H5Dget_type(array.id), H5Tclose);
  const uint64_t stored = H5Dget_storage_size(array.id);
  // A text of any length is elsewhere; what is stored here is its place, of a size that HDF5 does not tell.
  const bool places = H5Tis_variable_str(type) > 0 && values > 0 && stored / values >= 8;
  const uint64_t item = places ? stored / values : H5Tget_size(type);
  if (__builtin_mul_overflow(values, item, &bytes)) bytes = ~uint64_t{0};
  const bool too_much = reads == Reads::whole && bytes > context->room();
  if (in_chunks ? values / kPacked > stored || too_much : bytes != stored)
    fail(lacuna::text("'", path, "' must hold as many values as its shape says"),
         lacuna::text("shape=", shown(array.shape), ", bytes=", stored));
}

std::vector<std::string> Group::Handle::strings(const std::string& attribute) const {
  const Id attr(H5Aopen(id, attribute.c_str(), H5P_DEFAULT), H5Aclose);
  check(attr >= 0, lacuna::text("attribute '", attribute, "' must be there"));
  const Id type(H5Aget_type(attr), H5Tclose), space(H5Aget_space(attr), H5Sclose);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (count == 0) return {};  // The type does not matter: NumPy gives an empty list another one.
  if (count < 0 || H5Tget_class(type) != H5T_STRING)
    fail(lacuna::text("attribute '", attribute, "' must be text"), "another type");
  return strings(type, space, static_cast<uint64_t>(count), lacuna::text("attribute '", attribute, "'"),
                 [&](hid_t as, void* to) {
                   check(H5Aread(attr, as, to) >= 0,
                         lacuna::text("attribute '", attribute, "' must be readable"));
                 });
}

std::vector<std::string> Group::Handle::strings(hid_t type, hid_t space, uint64_t n, const std::string& what,
                                                const std::function<void(hid_t, void*)>& read) const {
  std::vector<std::string> result;
  if (H5Tis_variable_str(type) > 0) {
    if (n > context->bytes) fail(lacuna::text(what, " must fit the file"), lacuna::text(n, " texts"));
    const Id memory(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(memory, H5T_VARIABLE);
    H5Tset_cset(memory, H5Tget_cset(type));
    std::vector<char*> texts(n, nullptr);
    read(memory, texts.data());
    for (const char* t : texts) result.emplace_back(t ? t : "");
    H5Dvlen_reclaim(memory, space, H5P_DEFAULT, texts.data());
    return result;
  }
  const size_t size = H5Tget_size(type);
  if (size == 0 || n > context->room() / size)
    fail(lacuna::text(what, " must fit the file"), lacuna::text(n, " texts of ", size, " bytes"));
  std::vector<char> all(n * size);
  read(type, all.data());
  for (size_t i = 0; i < n; ++i)
    result.emplace_back(all.data() + i * size, strnlen(all.data() + i * size, size));
  return result;
}

void Group::Handle::write_strings(const std::string& attribute, const std::vector<std::string>& values,
                                  bool list) const {
  size_t size = 1;
  for (const std::string& v : values) size = std::max(size, v.size());
  const bool long_ones = size > kAttributeBytes;
  const Id type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, long_ones ? H5T_VARIABLE : size);
  if (long_ones) H5Tset_cset(type, H5T_CSET_UTF8);
  else H5Tset_strpad(type, H5T_STR_NULLPAD);
  const hsize_t count = values.size();
  const Id space(list ? H5Screate_simple(1, &count, nullptr) : H5Screate(H5S_SCALAR), H5Sclose);
  const Id attr(H5Acreate2(id, attribute.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  check(attr >= 0, lacuna::text("attribute '", attribute, "' must be written"));
  if (values.empty()) return;
  std::vector<char> fixed;
  std::vector<const char*> each;
  for (const std::string& v : values) {
    each.push_back(v.c_str());
    if (long_ones) continue;
    fixed.insert(fixed.end(), v.begin(), v.end());
    fixed.resize(each.size() * size);
  }
  const void* from = long_ones ? static_cast<const void*>(each.data()) : fixed.data();
  check(H5Awrite(attr, type, from) >= 0, lacuna::text("attribute '", attribute, "' must be written"));
}

Group Group::group(const std::string& name) const {
  const Call call;
  auto inner = std::make_shared<Handle>();
  inner->context = handle_->context;
  inner->name = handle_->name.empty() ? name : handle_->name + "/" + name;
  inner->id = handle_->open(name);
  if (inner->id < 0 && handle_->context->writes)
    inner->id = Id(H5Gcreate2(handle_->id, name.c_str(), with_groups(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  handle_->check(inner->id >= 0 && H5Iget_type(inner->id) == H5I_GROUP,
                 lacuna::text("group '", name, "' must be there"));
  return Group(std::move(inner));
}

bool Group::has_group(const std::string& name) const {
  const Call call;
  return handle_->is(name, H5O_TYPE_GROUP);
}

bool Group::has_array(const std::string& name) const {
  const Call call;
  return handle_->is(name, H5O_TYPE_DATASET);
}

bool Group::has(const std::string& attribute) const {
  const Call call;
  const htri_t there = H5Aexists(handle_->id, attribute.c_str());
  if (there < 0) handle_->fail(lacuna::text("attribute '", attribute, "' must be readable"), reason());
  return there > 0;
}

std::string Group::text(const std::string& attribute) const {
  const Call call;
  const auto all = handle_->strings(attribute);
  if (all.size() != 1)
    wrong(lacuna::text("attribute '", attribute, "' must be one text"), lacuna::text(all.size()));
  return all[0];
}

void Group::write_text(const std::string& attribute, const std::string& value) const {
  const Call call;
  handle_->write_strings(attribute, {value}, false);
}

std::vector<std::string> Group::texts(const std::string& attribute) const {
  const Call call;
  if (has(attribute) || !has(attribute + "0")) return handle_->strings(attribute);
  std::vector<std::string> result;
  for (size_t part = 0; has(attribute + std::to_string(part)); ++part)
    for (std::string& t : handle_->strings(attribute + std::to_string(part))) result.push_back(std::move(t));
  return result;
}

void Group::write_texts(const std::string& attribute, const std::vector<std::string>& values) const {
  const Call call;
  size_t size = 1;
  for (const std::string& v : values) size = std::max(size, v.size());
  if (size * values.size() <= kAttributeBytes) return handle_->write_strings(attribute, values, true);
  const size_t in_one = std::max<size_t>(1, kAttributeBytes / std::max<size_t>(size, 16));
  for (size_t at = 0, part = 0; at < values.size(); at += in_one, ++part) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = values.begin() + static_cast<std::ptrdiff_t>(std::min(values.size(), at + in_one));
    handle_->write_strings(attribute + std::to_string(part), {first, last}, true);
  }
}

int64_t Group::number(const std::string& attribute) const {
  const Call call;
  const Id attr(H5Aopen(handle_->id, attribute.c_str(), H5P_DEFAULT), H5Aclose);
  handle_->check(attr >= 0, lacuna::text("attribute '", attribute, "' must be there"));
  const Id type(H5Aget_type(attr), H5Tclose), space(H5Aget_space(attr), H5Sclose);
  int64_t value = 0;
  if (H5Tget_class(type) != H5T_INTEGER || H5Sget_simple_extent_npoints(space) != 1 ||
      H5Aread(attr, H5T_NATIVE_INT64, &value) < 0)
    wrong(lacuna::text("attribute '", attribute, "' must be a whole number"), "another type");
  return value;
}

std::vector<int64_t> Group::numbers(const std::string& attribute) const {
  constexpr hssize_t kMost = 32;
  const Call call;
  const Id attr(H5Aopen(handle_->id, attribute.c_str(), H5P_DEFAULT), H5Aclose);
  handle_->check(attr >= 0, lacuna::text("attribute '", attribute, "' must be there"));
  const Id type(H5Aget_type(attr), H5Tclose), space(H5Aget_space(attr), H5Sclose);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (H5Tget_class(type) != H5T_INTEGER || count < 0 || count > kMost)
    wrong(lacuna::text("attribute '", attribute, "' must be some whole numbers"), "another type");
  std::vector<int64_t> values(static_cast<size_t>(count));
  handle_->check(count == 0 || H5Aread(attr, H5T_NATIVE_INT64, values.data()) >= 0,
                 lacuna::text("attribute '", attribute, "' must be readable"));
  return values;
}

void Group::write_number(const std::string& attribute, int64_t value) const {
  const Call call;
  const Id space(H5Screate(H5S_SCALAR), H5Sclose);
  const Id attr(H5Acreate2(handle_->id, attribute.c_str(), H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT),
                H5Aclose);
  handle_->check(attr >= 0 && H5Awrite(attr, H5T_NATIVE_INT64, &value) >= 0,
                 lacuna::text("attribute '", attribute, "' must be written"));
}

Shape Group::shape(const std::string& array) const {
  const Call call;
  return handle_->open_array(array).shape;
}

bool Group::holds_floats(const std::string& array) const {
  const Call call;
  return H5Tget_class(Id(H5Dget_type(handle_->open_array(array).id), H5Tclose)) == H5T_FLOAT;
}

bool Group::holds_texts(const std::string& array) const {
  const Call call;
  return H5Tget_class(Id(H5Dget_type(handle_->open_array(array).id), H5Tclose)) == H5T_STRING;
}

std::vector<std::string> Group::array_of_texts(const std::string& name) const {
  const Call call;
  const auto [array, shape] = handle_->open_array(name);
  const Id type(H5Dget_type(array), H5Tclose), space(H5Dget_space(array), H5Sclose);
  if (H5Tget_class(type) != H5T_STRING || shape.size() != 1)
    wrong(lacuna::text("'", name, "' must be a list of texts"), shown(shape));
  const auto read = [&](hid_t as, void* to) {
    handle_->check(shape[0] == 0 || H5Dread(array, as, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) >= 0,
                   lacuna::text("'", name, "' must be readable"));
  };
  return handle_->strings(type, space, static_cast<uint64_t>(shape[0]), lacuna::text("'", name, "'"), read);
}

tensor::Dense Group::array(const std::string& name, DType dtype, const Shape& shape) const {
  const Call call;
  const auto [array, found] = handle_->open_array(name);
  bool fits = found.size() == shape.size();
  for (size_t i = 0; fits && i < shape.size(); ++i) fits = shape[i] == None || shape[i] == found[i];
  if (!fits)
    wrong(lacuna::text("'", name, "' must have shape ", shown(shape)), lacuna::text("shape=", shown(found)));
  const Id type(H5Dget_type(array), H5Tclose);
  const size_t item = H5Tget_size(type);
  const bool kind = H5Tget_class(type) == (is_float(dtype) ? H5T_FLOAT : H5T_INTEGER) &&
                    (item == 2 || item == 4 || item == 8 || (item == 1 && !is_float(dtype)));
  if (!kind)
    wrong(lacuna::text("'", name, "' must hold ", is_float(dtype) ? "floats" : "whole numbers"),
          "values of another type");
  tensor::Dense result;
  result.resize(found, dtype);
  if (size_of(found) > 0)
    handle_->check(H5Dread(array, memory_type(dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT, result.data.data()) >= 0,
                   lacuna::text("'", name, "' must be readable"));
  return result;
}

void Group::write_array(const std::string& name, const tensor::Dense& values) const {
  const Call call;
  const std::vector<hsize_t> dims(values.shape.begin(), values.shape.end());
  const Id space(dims.empty() ? H5Screate(H5S_SCALAR)
                              : H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr),
                 H5Sclose);
  const Id array(H5Dcreate2(handle_->id, name.c_str(), file_type(values.dtype), space, with_groups(),
                            H5P_DEFAULT, H5P_DEFAULT),
                 H5Dclose);
  handle_->check(array >= 0, lacuna::text("'", name, "' must be written"));
  if (values.size() > 0)
    handle_->check(
        H5Dwrite(array, memory_type(values.dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data.data()) >= 0,
        lacuna::text("'", name, "' must be written"));
}

void Group::wrong(const std::string& must, const std::string& received) const {
  handle_->fail(must, received);
}

}  // namespace lacuna::hdf5
