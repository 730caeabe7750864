// The seal: the last bytes of the files that we write. They hold a word, and the length and checksum of all
// bytes before. So a file that was truncated or changed is detected before HDF5 reads it. HDF5 ignores the
// seal, and cuts it off when it changes a file. A file that lost its seal is still marked as ours: see
// hdf5_file.cc.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace lacuna {

inline constexpr size_t kSealBytes = 24;

// A checksum of bytes that are added piece by piece.
class Checksum {
 public:
  void add(std::string_view bytes);
  std::string seal() const;  // Of all bytes added so far: kSealBytes long.

 private:
  uint64_t length_ = 0;
  uint32_t sum_ = 0;
};

bool is_seal(std::string_view last_bytes);

}  // namespace lacuna
