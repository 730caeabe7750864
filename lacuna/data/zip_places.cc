// Reads the directory at the end of a zip file (PKWARE's APPNOTE.TXT, 4.3), with 64-bit places, as NumPy
// writes it.
#include "lacuna/data/zip_places.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace lacuna::data {
namespace {

constexpr uint64_t kMostOfDirectory = uint64_t{1} << 30;

// Some bytes of the file; numbers beyond their end are 0.
class ZipBytes {
 public:
  ZipBytes(const char* where, const MappedFile& file, uint64_t from, uint64_t count)
      : bytes_(from <= file.size() && count <= std::min(kMostOfDirectory, file.size() - from) ? count : 0) {
    if (!bytes_.empty()) file.copy(where, from, bytes_.data(), bytes_.size());
  }
  size_t size() const { return bytes_.size(); }
  template <class T>
  uint64_t number(size_t at) const {
    T value = 0;
    if (at <= bytes_.size() && sizeof value <= bytes_.size() - at)
      std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }
  std::string text(size_t at, size_t count) const {
    if (at > bytes_.size() || count > bytes_.size() - at) return {};
    return {reinterpret_cast<const char*>(bytes_.data()) + at, count};
  }

 private:
  std::vector<std::byte> bytes_;
};

struct Directory {
  uint64_t begin = 0, bytes = 0;
};

std::optional<Directory> find_directory(const char* where, const MappedFile& zip) {
  constexpr size_t kEnd = 22, kMostOfComment = 0xFFFF, kLocator = 20;
  const uint64_t count = std::min<uint64_t>(zip.size(), kEnd + kMostOfComment + kLocator);
  const ZipBytes end(where, zip, zip.size() - count, count);
  for (size_t at = end.size() < kEnd ? 0 : end.size() - kEnd + 1; at-- > 0;) {
    if (end.number<uint32_t>(at) != 0x06054b50) continue;
    const Directory found{end.number<uint32_t>(at + 16), end.number<uint32_t>(at + 12)};
    if (found.begin != 0xFFFFFFFF && found.bytes != 0xFFFFFFFF) return found;
    if (at < kLocator || end.number<uint32_t>(at - kLocator) != 0x07064b50) return std::nullopt;
    const ZipBytes wide(where, zip, end.number<uint64_t>(at - kLocator + 8), 56);
    if (wide.number<uint32_t>(0) != 0x06064b50) return std::nullopt;
    return Directory{wide.number<uint64_t>(48), wide.number<uint64_t>(40)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<StoredPlace> stored_place(const char* where, const MappedFile& zip, const std::string& name) {
  const auto directory = find_directory(where, zip);
  if (!directory) return std::nullopt;
  const ZipBytes all(where, zip, directory->begin, directory->bytes);
  for (size_t at = 0; all.number<uint32_t>(at) == 0x02014b50;) {
    const uint64_t flags = all.number<uint16_t>(at + 8), method = all.number<uint16_t>(at + 10),
                   name_bytes = all.number<uint16_t>(at + 28), extra_bytes = all.number<uint16_t>(at + 30);
    uint64_t sizes[] = {
        all.number<uint32_t>(at + 24), all.number<uint32_t>(at + 20),
        all.number<uint32_t>(at + 42)};  // Of the file, as it is stored, and its head's place.
    const bool found = all.text(at + 46, name_bytes) == name;
    const size_t extra = at + 46 + name_bytes;
    at = extra + extra_bytes + all.number<uint16_t>(at + 32);
    if (!found) continue;
    for (size_t field = extra; field + 4 <= extra + extra_bytes;
         field += 4 + all.number<uint16_t>(field + 2)) {
      if (all.number<uint16_t>(field) != 1) continue;
      size_t value = field + 4;
      for (uint64_t& size : sizes)
        if (size == 0xFFFFFFFF) size = all.number<uint64_t>(value), value += 8;
      break;
    }
    const ZipBytes head(where, zip, sizes[2], 30);
    if ((flags & 1) || method != 0 || sizes[0] != sizes[1] || head.number<uint32_t>(0) != 0x04034b50)
      return std::nullopt;
    const uint64_t begin = sizes[2] + 30 + head.number<uint16_t>(26) + head.number<uint16_t>(28);
    if (begin > zip.size() || sizes[0] > zip.size() - begin) return std::nullopt;
    const size_t start = extra - 46 - name_bytes;
    return StoredPlace{begin, sizes[0], static_cast<uint32_t>(all.number<uint32_t>(start + 16))};
  }
  return std::nullopt;
}

}  // namespace lacuna::data
