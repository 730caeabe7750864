// The last bytes of what we write: a word, the length of what stands before, and its checksum. By it a file
// that was cut short or changed is told before anything reads it. HDF5 takes no notice of them, and cuts them
// off when it changes a file.
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
bool is_cut_seal(std::string_view last_bytes);  // The beginning of one, and more before it.

}  // namespace lacuna::saving
