// The foot of a packed file, which tells all that is in the file, and the file as it is read.
//   8 bytes   kMagic
//   blocks    as encode_rows makes them, compressed or not, one after another
//   foot      JSON
//   24 bytes  where the foot starts, its XXH3, kMagic
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lacuna/data/dataset.h"

namespace lacuna::data {

inline constexpr char kPackedMagic[9] = "LACUNAP1";  // The last character is the version.
inline constexpr const char* kCompressions[] = {"none", "lz4", "zstd"};

struct BlockPlace {
  uint64_t begin = 0, stored = 0, bytes = 0, checksum = 0;
  Dim rows = 0;
};

// All that the foot tells.
struct Foot {
  Compression compression = Compression::none;
  Schema schema{};
  Fingerprint fingerprint{};
  std::vector<BlockPlace> blocks{};
  Dim rows = 0;
  int64_t bad = 0;
};

std::string to_text(const Foot& foot);

// A packed file that is open, and read at places.
class PackedFile {
 public:
  PackedFile(const char* where, const std::string& path);
  ~PackedFile();
  PackedFile(const PackedFile&) = delete;
  PackedFile& operator=(const PackedFile&) = delete;

  // Throws InvalidArgument if it is no whole packed file.
  Foot foot(const char* where) const;
  // Fills `to` with the bytes from there on. Throws if the file is shorter now.
  void read(const char* where, uint64_t from, std::vector<char>& to) const;
  // To map it.
  const std::string& path() const { return path_; }
  int number() const { return file_; }
  // Throws InvalidArgument, with the path, unless it holds.
  void require(bool holds, const char* where, const char* why) const;

 private:
  uint64_t size(const char* where) const;

  std::string path_;
  int file_;
};

}  // namespace lacuna::data
