// The last bytes of what we write: a word, the length of what stands before, and its checksum. By it a file
// that was cut short or changed is told before anything reads it. HDF5 takes no notice of them, and cuts them
// off when it changes a file. A file that lost them still says whose it is, by a mark within: see
// hdf5_file.cc.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace lacuna::saving {

inline constexpr size_t kSealBytes = 24;

// A checksum that takes bytes as they come.
class Checksum {
 public:
  void add(std::string_view bytes);
  std::string seal() const;  // Of all bytes that were added: kSealBytes long.

 private:
  uint64_t length_ = 0;
  uint32_t sum_ = 0;
};

bool is_seal(std::string_view last_bytes);

}  // namespace lacuna::saving
