// The head of an .npy file is a Python dict: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
#include "lacuna/data/npy_array.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "lacuna/base/error.h"
#include "lacuna/base/utf8.h"
#include "lacuna/data/byte_input.h"

namespace lacuna::data {
namespace {

constexpr size_t kFewBytes = size_t{1} << 15;

static_assert(std::endian::native == std::endian::little,
              "the dtypes below are those of little-endian files");

struct NumpyDType {
  const char* name;
  DType dtype;
};
constexpr NumpyDType kNumpyDTypes[] = {
    {"<f4", DType::float32}, {"<f8", DType::float64}, {"<i4", DType::int32},  {"<i8", DType::int64},
    {"|b1", DType::boolean}, {"|i1", DType::int8},    {"<i2", DType::int16},  {"|u1", DType::uint8},
    {"<u2", DType::uint16},  {"<u4", DType::uint32},  {"<u8", DType::uint64},
};

// What stands after 'key': up to the end of the value, which is a text, a word or a tuple.
std::string_view value_of_key(std::string_view head, std::string_view key) {
  const size_t at = head.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view rest = head.substr(at + key.size());
  const size_t begin = rest.find_first_not_of(": ");
  if (begin == std::string_view::npos) return {};
  rest.remove_prefix(begin);
  const char end = rest[0] == '\'' ? '\'' : rest[0] == '(' ? ')' : ',';
  const size_t stop = rest.find(end, 1);
  if (stop == std::string_view::npos) return {};
  return rest.substr(0, end == ',' ? stop : stop + 1);
}

// The dimensions of a tuple; none if it is none.
std::optional<Shape> shape_of_tuple(std::string_view tuple) {
  Shape shape;
  if (!tuple.starts_with('(') || !tuple.ends_with(')')) return std::nullopt;
  const char* p = tuple.data() + 1;
  const char* const end = tuple.data() + tuple.size() - 1;
  while (p < end) {
    if (*p == ' ' || *p == ',') {
      ++p;
      continue;
    }
    Dim dim = -1;
    const auto [stop, error] = std::from_chars(p, end, dim);
    if (error != std::errc{} || dim < 0) return std::nullopt;
    shape.push_back(dim);
    p = stop;
  }
  return shape;
}

}  // namespace

NpyArray::NpyArray(std::string what, std::unique_ptr<ByteSource> bytes, std::optional<uint64_t> size)
    : what_(std::move(what)), bytes_(std::move(bytes)) {
  unsigned char start[12] = {};
  read_bytes(reinterpret_cast<std::byte*>(start), 10);
  require(std::memcmp(start, "\x93NUMPY", 6) == 0 && start[6] >= 1 && start[6] <= 3, "no .npy array");
  size_t length = start[8] + (size_t{start[9]} << 8), before = 10;
  if (start[6] > 1) {
    read_bytes(reinterpret_cast<std::byte*>(start + 10), 2);
    length += (size_t{start[10]} << 16) + (size_t{start[11]} << 24);
    before = 12;
  }
  require(length <= (size_t{1} << 20), "a head that is too long");
  std::string head(length, '\0');
  read_bytes(reinterpret_cast<std::byte*>(head.data()), length);
  read_head(head);
  head_bytes_ = before + length;
  if (!size) return;
  Dim count = 1;
  bool fits = true;  // A value has at least a byte.
  for (const Dim dim : shape_) fits = fits && !__builtin_mul_overflow(count, dim, &count);
  const uint64_t rest = *size < before + length ? 0 : *size - before - length;
  require(fits && static_cast<uint64_t>(count) <= rest / value_bytes_, "an array that is cut short");
}

void NpyArray::read_head(const std::string& head) {
  std::string_view descr = value_of_key(head, "'descr'");
  const auto shape = shape_of_tuple(value_of_key(head, "'shape'"));
  require(descr.size() >= 4 && descr.starts_with('\'') && shape.has_value(), "a damaged head");
  descr = descr.substr(1, descr.size() - 2);
  shape_ = *shape;
  const bool fortran = value_of_key(head, "'fortran_order'") == "True";
  require(!fortran || shape_.size() < 2, "columns first; write numpy.ascontiguousarray(x)");
  for (const auto& [name, dtype] : kNumpyDTypes)
    if (descr == name) dtype_ = dtype;
  if (dtype_) {
    value_bytes_ = size_of(*dtype_);
    return;
  }
  const char kind = descr[1];  // "|S3" or "<U3".
  size_t letters = 0;
  const auto [stop, error] = std::from_chars(descr.data() + 2, descr.data() + descr.size(), letters);
  const bool text =
      (kind == 'S' || kind == 'U') && error == std::errc{} && stop == descr.data() + descr.size();
  require(text && letters > 0 && letters < 1000,
          "dtype '" + std::string(descr) + "'; write x.astype('float32')");
  value_bytes_ = kind == 'S' ? letters : 4 * letters;
}

void NpyArray::require(bool holds, const std::string& received) const {
  LACUNA_REQUIRE(holds, what_,
                 ": it must be an array of numbers, whole and in C order. Received: ", shown_utf8(received),
                 ".");
}

void NpyArray::read_bytes(std::byte* to, size_t count) {
  for (size_t done = 0; done < count;) {
    size_t n = std::min(count - done, waiting_.size() - used_);
    if (n > 0) {
      std::memcpy(to + done, waiting_.data() + used_, n);
      used_ += n;
    } else if (count - done >= kFewBytes) {
      n = bytes_->read(reinterpret_cast<char*>(to) + done, count - done);
      require(n > 0, "an array that is cut short");
    } else {
      waiting_.resize(kFewBytes);
      waiting_.resize(bytes_->read(waiting_.data(), kFewBytes));
      used_ = 0;
      require(!waiting_.empty(), "an array that is cut short");
    }
    done += n;
  }
}

void NpyArray::read(std::byte* to, size_t count) { read_bytes(to, count * value_bytes_); }

void NpyArray::skip(size_t count) {
  const uint64_t all = uint64_t{count} * value_bytes_,
                 waits = std::min<uint64_t>(all, waiting_.size() - used_);
  used_ += waits;
  bytes_->skip(all - waits);
}

void NpyArray::end() {
  char more = 0;
  require(used_ == waiting_.size() && bytes_->read(&more, 1) == 0, "more bytes than its shape has");
}

NpyArray open_npy(const char* where, const std::string& path) {
  auto bytes = open_bytes(path, where);
  std::error_code unknown;
  std::optional<uint64_t> size;
  if (!bytes->packed() && is_regular(path)) size = std::filesystem::file_size(path, unknown);
  if (unknown) size.reset();
  return {text(where, ": ", shown_utf8(path)), std::move(bytes), size};
}

}  // namespace lacuna::data
