// Finds values in the buffers of Arrow's columnar format.
// https://arrow.apache.org/docs/format/Columnar.html,
// https://arrow.apache.org/docs/format/CDataInterface.html
#include "lacuna/data/arrow_column.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/kernels/byte_classes.h"

namespace lacuna::data {
namespace {

using Family = ArrowType::Family;

Family family_of(std::string_view format) {
  if (format == "n") return Family::missing;
  if (format == "b") return Family::boolean;
  if (format == "u" || format == "U" || format == "z" || format == "Z" || format == "vu" || format == "vz")
    return Family::text;
  if (format.size() == 1 && std::strchr("cCsSiIlL", format[0])) return Family::whole;
  if (format.size() == 1 && std::strchr("efg", format[0])) return Family::real;
  if (format == "+l" || format == "+L" || format.starts_with("+w:")) return Family::list;
  return Family::other;
}

// IEEE 754's binary16.
double of_half(uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double size = exponent == 31  ? (fraction ? std::nan("") : HUGE_VAL)
                      : exponent == 0 ? std::ldexp(fraction, -24)
                                      : std::ldexp(1024 + fraction, exponent - 25);
  return bits >> 15 ? -size : size;
}

}  // namespace

ArrowType::ArrowType(const ArrowSchema& schema) : family_(family_of(schema.format)), format_(schema.format) {
  if (schema.dictionary) {
    dictionary_ = std::make_unique<const ArrowType>(*schema.dictionary);
    family_ = dictionary_->family_;
    if (family_ == Family::list || dictionary_->dictionary_) family_ = Family::other;
  } else if (family_ == Family::list) {
    items_ = std::make_unique<const ArrowType>(*schema.children[0]);
  }
}

std::string ArrowType::name() const {
  if (dictionary_) return "dictionary of " + dictionary_->name();
  if (items_) return "list of " + items_->name();
  constexpr std::pair<const char*, const char*> kNames[] = {
      {"n", "null"},      {"b", "bool"},    {"c", "int8"},    {"C", "uint8"},      {"s", "int16"},
      {"S", "uint16"},    {"i", "int32"},   {"I", "uint32"},  {"l", "int64"},      {"L", "uint64"},
      {"e", "float16"},   {"f", "float32"}, {"g", "float64"}, {"u", "string"},     {"U", "string"},
      {"z", "binary"},    {"Z", "binary"},  {"vu", "string"}, {"vz", "binary"},    {"d:", "decimal"},
      {"w:", "binary"},   {"td", "date"},   {"tt", "time"},   {"ts", "timestamp"}, {"tD", "duration"},
      {"ti", "interval"}, {"+s", "struct"}, {"+m", "map"},    {"+u", "union"},     {"+r", "runs of values"},
      {"+v", "list view"}};
  for (const auto& [start, name] : kNames)
    if (std::strlen(start) > 1 ? format_.starts_with(start) : format_ == start) return name;
  return "unknown";
}

ArrowColumn::ArrowColumn(const char* where, const std::string& name, const ArrowType& type,
                         const ArrowArray& array, int64_t begin)
    : where_(where),
      name_(name),
      type_(type),
      letter_(type.format().back()),
      all_null_(type.format() == "n"),
      begin_(array.offset + begin),
      length_(array.length - begin) {
  if (all_null_) return;
  if (array.null_count != 0) validity_ = static_cast<const uint8_t*>(array.buffers[0]);
  if (type.format().starts_with("+w:")) {
    letter_ = 'w';
    list_size_ = std::strtoll(type.format().c_str() + 3, nullptr, 10);
  } else {
    values_ = array.buffers[1];
  }
  if (type.dictionary()) {
    child_ = std::make_unique<const ArrowColumn>(where, name, *type.dictionary(), *array.dictionary, 0);
  } else if (type.items()) {
    child_ = std::make_unique<const ArrowColumn>(where, name, *type.items(), *array.children[0], 0);
  } else if (type.format().starts_with('v')) {
    letter_ = 'v';
    views_ = array.buffers + 2;
    view_buffers_ = array.n_buffers - 3;  // The last one holds the sizes of the others.
  } else if (type.family() == Family::text) {
    bytes_ = static_cast<const char*>(array.buffers[2]);
  }
}

void ArrowColumn::fail(const char* what) const {
  throw InvalidArgument(where_, ": ", what, " must be within its array. Received: column '", name_,
                        "', where it is not.");
}

std::string_view ArrowColumn::text(int64_t row) const {
  if (letter_ == 'v') {
    struct View {
      int32_t size;
      char first[4];  // All of a short text is from here on.
      int32_t buffer, offset;
    };
    static_assert(sizeof(View) == 16);
    const View& view = values<View>()[row];
    if (view.size < 0) fail("a text");
    if (view.size <= 12)
      return {reinterpret_cast<const char*>(&view) + sizeof view.size, static_cast<size_t>(view.size)};
    if (view.buffer < 0 || view.buffer >= view_buffers_ || view.offset < 0) fail("a text");
    return {static_cast<const char*>(views_[view.buffer]) + view.offset, static_cast<size_t>(view.size)};
  }
  const bool wide = letter_ == 'U' || letter_ == 'Z';
  const int64_t from = wide ? at<int64_t>(row) : at<int32_t>(row),
                to = wide ? at<int64_t>(row + 1) : at<int32_t>(row + 1);
  if (from < 0 || to < from) fail("a text");
  return from == to ? std::string_view() : std::string_view(bytes_ + from, static_cast<size_t>(to - from));
}

bool ArrowColumn::are_ascii(int64_t begin, int64_t end) const {
  if (all_null_ || begin >= end) return true;
  if (letter_ == 'v') return false;
  const bool wide = letter_ == 'U' || letter_ == 'Z';
  const int64_t from = wide ? at<int64_t>(begin) : at<int32_t>(begin),
                to = wide ? at<int64_t>(end) : at<int32_t>(end);
  if (from < 0 || to < from) return false;
  return from == to || kernels::is_ascii(bytes_ + from, static_cast<size_t>(to - from));
}

double ArrowColumn::number(int64_t row) const {
  switch (letter_) {
    case 'b': {
      const int64_t at = begin_ + row;
      return static_cast<const uint8_t*>(values_)[at / 8] >> (at % 8) & 1;
    }
    case 'e':
      return of_half(at<uint16_t>(row));
    case 'f':
      return at<float>(row);
    case 'g':
      return at<double>(row);
    case 'L':
      return static_cast<double>(at<uint64_t>(row));
    default:
      return static_cast<double>(whole(row));
  }
}

int64_t ArrowColumn::whole(int64_t row) const {
  switch (letter_) {
    case 'c':
      return at<int8_t>(row);
    case 'C':
      return at<uint8_t>(row);
    case 's':
      return at<int16_t>(row);
    case 'S':
      return at<uint16_t>(row);
    case 'i':
      return at<int32_t>(row);
    case 'I':
      return at<uint32_t>(row);
    default:
      return at<int64_t>(row);
  }
}

ArrowColumn::Range ArrowColumn::list(int64_t row) const {
  Range range{};
  if (letter_ == 'w') range = {(begin_ + row) * list_size_, (begin_ + row + 1) * list_size_};
  else if (letter_ == 'L') range = {at<int64_t>(row), at<int64_t>(row + 1)};
  else range = {at<int32_t>(row), at<int32_t>(row + 1)};
  if (range.begin < 0 || range.end < range.begin || range.end > child_->length()) fail("a list");
  return range;
}

int64_t ArrowColumn::code(int64_t row) const {
  const int64_t code = whole(row);
  if (code < 0 || code >= child_->length()) fail("a place in a dictionary");
  return code;
}

}  // namespace lacuna::data
