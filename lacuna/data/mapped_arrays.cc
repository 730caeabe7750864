// Copies rows out of mappings.
#include "lacuna/data/mapped_arrays.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <vector>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/mapped_file.h"
#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"
#include "lacuna/data/zip_places.h"

namespace lacuna::data {
namespace {

constexpr size_t kRowsAhead = 12;  // Of the copy, to prefetch.

MappedFile map_path(const char* where, const std::string& path) {
  const int file = ::open(checked_path(where, path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) path_failed(where, "the file must be readable", path, errno);
  struct Close {
    int number;
    ~Close() { ::close(number); }
  } const close{file};
  return {where, path, file};
}

// A file that is not written while it is mapped.
class KeptFile {
 public:
  KeptFile(const char* where, const std::string& path)
      : file_(map_path(where, path)), written_(file_.written(where)) {}

  const MappedFile& mapped() const { return file_; }
  // The same, in a pass.
  const MappedFile& as_it_was(const char* where) const {
    require(file_.written(where) == written_, where, "one that was written meanwhile");
    return file_;
  }
  void require(bool holds, const char* where, const char* received) const {
    LACUNA_REQUIRE(holds, where, ": the file must be whole, and stay as it was. Received: path='",
                   shown_utf8(file_.path()), "', ", received, ".");
  }

 private:
  MappedFile file_;
  int64_t written_;
};

// Values of an array in a file: all of them are within it.
struct MappedValues {
  uint64_t begin = 0, count = 0;
  size_t bytes = 1;  // Of one.
};

MappedValues values_of(const char* where, const KeptFile& file, const NpyArray& array, uint64_t begin,
                       uint64_t bytes) {
  uint64_t count = 1;
  for (const Dim dim : array.shape()) count *= static_cast<uint64_t>(dim);  // Which fits: it was read.
  const uint64_t head = array.head_bytes();
  file.require(head <= bytes && (bytes - head) / array.value_bytes() >= count, where, "cut short");
  return {begin + head, count, array.value_bytes()};
}

class MappedDense final : public MappedArrays {
 public:
  MappedDense(const char* where, const std::string& path, const NpyArray& array)
      : file_(where, path),
        values_(values_of(where, file_, array, 0, file_.mapped().size())),
        spec_{array.shape(), *array.dtype(), Storage::dense} {}

  Tensor gather(const char* where, std::span<const uint32_t> rows) const override {
    tensor::Dense made{.dtype = spec_.dtype, .shape = spec_.shape};
    made.shape[0] = static_cast<Dim>(rows.size());
    const size_t row = static_cast<size_t>(values_.count) /
                       std::max<size_t>(1, static_cast<size_t>(spec_.shape[0])) * values_.bytes;
    made.data.resize(rows.size() * row);
    std::byte* const to = made.data.data();
    file_.as_it_was(where).guarded(where, [&](const std::byte* bytes) {
      for (size_t k = 0; k < rows.size(); ++k) {
        if (k + kRowsAhead < rows.size())
          __builtin_prefetch(bytes + values_.begin + rows[k + kRowsAhead] * row);
        std::memcpy(to + k * row, bytes + values_.begin + rows[k] * row, row);
      }
    });
    return made;
  }

 private:
  KeptFile file_;
  MappedValues values_;
  Spec spec_;
};

class MappedCsr final : public MappedArrays {
 public:
  MappedCsr(const char* where, const std::string& path, const Shape& shape, const NpyArray& data,
            const NpyArray& indices, const NpyArray& indptr)
      : file_(where, path),
        data_(stored(where, "data.npy", data)),
        indices_(stored(where, "indices.npy", indices)),
        indptr_(stored(where, "indptr.npy", indptr)),
        spec_{shape, *data.dtype(), Storage::csr},
        index_(*indices.dtype()) {}

  Tensor gather(const char* where, std::span<const uint32_t> rows) const override {
    const MappedFile& file = file_.as_it_was(where);
    std::vector<uint64_t> firsts(rows.size()), ends(rows.size() + 1, 0);
    bool rise = true;
    file.guarded(where, [&](const std::byte* bytes) {
      for (size_t k = 0; k < rows.size(); ++k) {
        if (k + kRowsAhead < rows.size())
          __builtin_prefetch(bytes + indptr_.begin + rows[k + kRowsAhead] * indptr_.bytes);
        const std::byte* const at = bytes + indptr_.begin + rows[k] * indptr_.bytes;
        const uint64_t first = pointer(at), end = pointer(at + indptr_.bytes);
        rise = rise && first <= end && end <= indices_.count;
        firsts[k] = first;
        ends[k + 1] = end - first;
      }
    });
    uint64_t entries = 0;
    for (size_t k = 1; rise && k <= rows.size(); ++k) {
      ends[k] = entries += ends[k];
      rise = entries <= indices_.count;  // Rows do not overlap.
    }
    const bool fits = index_ == DType::int64 || entries <= std::numeric_limits<int32_t>::max();
    file_.require(rise && fits, where, "row pointers that are out of order");
    tensor::Csr made;
    made.resize(static_cast<Dim>(rows.size()), spec_.shape[1], entries, spec_.dtype, index_);
    const auto set = [&](auto pointers) {
      using I = typename decltype(pointers)::value_type;
      std::ranges::transform(ends, pointers.begin(), [](uint64_t end) { return static_cast<I>(end); });
    };
    if (index_ == DType::int64) set(made.indptr.as<int64_t>());
    else set(made.indptr.as<int32_t>());
    copy(file, where, indices_, firsts, ends, made.indices.data());
    copy(file, where, data_, firsts, ends, made.data.data());
    return made;
  }

 private:
  MappedValues stored(const char* where, const char* name, const NpyArray& array) const {
    const auto place = stored_place(where, file_.mapped(), name);
    file_.require(place.has_value(), where, "without arrays that are stored as they are");
    constexpr size_t kAtOnce = size_t{1} << 20;
    std::vector<std::byte> bytes(kAtOnce);
    uLong crc = ::crc32(0, nullptr, 0);
    for (uint64_t at = 0; at < place->bytes; at += kAtOnce) {
      poll_interrupt();
      const auto count = static_cast<size_t>(std::min<uint64_t>(kAtOnce, place->bytes - at));
      file_.mapped().copy(where, place->begin + at, bytes.data(), count);
      crc = ::crc32(crc, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(count));
    }
    file_.require(crc == place->crc, where, "a checksum that does not fit");
    return values_of(where, file_, array, place->begin, place->bytes);
  }
  uint64_t pointer(const std::byte* at) const {
    int64_t wide = 0;
    int32_t narrow = 0;
    if (indptr_.bytes == sizeof wide) std::memcpy(&wide, at, sizeof wide);
    else std::memcpy(&narrow, at, sizeof narrow), wide = narrow;
    return static_cast<uint64_t>(wide);
  }
  static void copy(const MappedFile& file, const char* where, const MappedValues& values,
                   const std::vector<uint64_t>& firsts, const std::vector<uint64_t>& ends, std::byte* to) {
    file.guarded(where, [&](const std::byte* bytes) {
      for (size_t k = 0; k < firsts.size(); ++k) {
        if (const size_t later = k + kRowsAhead; later < firsts.size()) {
          const std::byte* const next = bytes + values.begin + firsts[later] * values.bytes;
          const size_t size = std::min<size_t>(512, (ends[later + 1] - ends[later]) * values.bytes);
          for (size_t i = 0; i < size; i += 64) __builtin_prefetch(next + i);
        }
        const size_t size = (ends[k + 1] - ends[k]) * values.bytes;
        if (size)
          std::memcpy(to + ends[k] * values.bytes, bytes + values.begin + firsts[k] * values.bytes, size);
      }
    });
  }

  KeptFile file_;
  MappedValues data_, indices_, indptr_;
  Spec spec_;
  DType index_;
};

}  // namespace

std::unique_ptr<MappedArrays> map_dense(const char* where, const std::string& path, const NpyArray& array) {
  return std::make_unique<MappedDense>(where, path, array);
}

std::unique_ptr<MappedArrays> map_csr(const char* where, const std::string& path, const Shape& shape,
                                      const NpyArray& data, const NpyArray& indices, const NpyArray& indptr) {
  return std::make_unique<MappedCsr>(where, path, shape, data, indices, indptr);
}

}  // namespace lacuna::data
