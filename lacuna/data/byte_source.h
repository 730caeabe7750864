// The bytes of a file, unpacked where it is gz, xz or bz2, as its first bytes tell.
#pragma once
#include <cstddef>
#include <memory>
#include <string>

namespace lacuna::data {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Up to `room` bytes that follow; 0 at the end. Throws InvalidArgument for a file that ends early or holds
  // what cannot be unpacked.
  virtual size_t read(char* to, size_t room) = 0;

  virtual bool packed() const = 0;

  // How much of the file was read: its own bytes, not the unpacked ones.
  virtual double position() const = 0;
};

// Throws InvalidArgument for a file that cannot be opened; `where` starts the messages.
std::unique_ptr<ByteSource> open_bytes(const std::string& path, const char* where);

}  // namespace lacuna::data
