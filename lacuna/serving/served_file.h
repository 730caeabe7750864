// The file that export writes: a head, sections of bytes, a text of JSON that tells what they are, and a seal
// (base/seal.h). Sections start at multiples of 64 bytes, with 64 bytes behind them that may be read, so that
// weights are used where they are mapped. Numbers are as in memory, with the lowest byte first.
#pragma once
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lacuna/base/mapped_file.h"
#include "lacuna/base/replace_file.h"
#include "lacuna/tensor/buffer.h"

namespace lacuna::serving {

struct Place {
  uint64_t offset = 0, bytes = 0;
};

class ServedFile {
 public:
  // check: compares all bytes with the seal. mapped: otherwise a copy of the file is used.
  ServedFile(const char* where, const std::string& path, bool check, bool mapped);

  const std::string& path() const { return path_; }
  std::string json() const;
  // A view of a section, which keeps the file mapped. Throws InvalidArgument unless it is within the file.
  Buffer section(Place place) const;
  [[noreturn]] void damaged(const std::string& received) const;

 private:
  void copy(uint64_t from, void* to, size_t count) const;

  const char* where_;
  std::string path_;
  std::shared_ptr<const MappedFile> file_{};
  Buffer bytes_{};  // All up to the seal.
  Place text_place_{};
};

class ServedFileWriter {
 public:
  ServedFileWriter(const char* where, const std::string& path);

  // A section is begun, and its bytes are added piece by piece.
  void begin();
  void add(std::span<const std::byte> bytes);
  Place end();
  Place section(std::span<const std::byte> bytes);
  // Puts the file in its place; returns its bytes.
  uint64_t finish(std::string_view text);

 private:
  void pad();
  void write(const void* bytes, size_t count);

  const char* where_;
  std::string path_;
  ReplaceFile replaced_;
  std::ofstream out_;
  uint64_t at_ = 0, begun_ = 0;
};

}  // namespace lacuna::serving
