// The bytes of a file or a pipe, decompressed if its first bytes say that it is gz, xz, bz2, zst or lz4.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace lacuna::data {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads at most `room` bytes and returns their number, 0 at the end of the file. Throws InvalidArgument if
  // the file is truncated or cannot be decompressed.
  virtual size_t read(char* to, size_t room) = 0;

  // Leaves out the next bytes, or those that there are.
  virtual void skip(uint64_t bytes);

  virtual bool packed() const = 0;

  // How many bytes of the file were read so far, counted before decompression.
  virtual double position() const = 0;
};

// The path '-' is the standard input. Throws InvalidArgument if the file cannot be opened; `where` starts the
// messages.
std::unique_ptr<ByteSource> open_bytes(const std::string& path, const char* where);

}  // namespace lacuna::data
