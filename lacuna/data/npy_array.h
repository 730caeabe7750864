// An array in NumPy's .npy format, read from its beginning to its end, from a file or from a part of an .npz
// file.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/data/array_stream.h"
#include "lacuna/data/byte_source.h"

namespace lacuna::data {

class NpyArray final : public ArrayStream {
 public:
  // Reads its head. what: the start of error messages, "npz: x.npz: indices". size: of the bytes, if it is
  // known. Throws InvalidArgument unless it is an array of numbers in C order and native bytes, or of
  // characters.
  NpyArray(std::string what, std::unique_ptr<ByteSource> bytes, std::optional<uint64_t> size);

  const Shape& shape() const override { return shape_; }
  std::optional<DType> dtype() const override { return dtype_; }
  size_t value_bytes() const override { return value_bytes_; }
  // Before the values.
  size_t head_bytes() const { return head_bytes_; }
  // Whether the file that it is read from is compressed as a whole.
  bool packed() const { return bytes_->packed(); }

  void read(std::byte* to, size_t count) override;
  void skip(size_t count) override;
  // Throws InvalidArgument also if a checksum of the file does not fit.
  void end() override;

 private:
  void read_bytes(std::byte* to, size_t count);
  void read_head(const std::string& head);
  void require(bool holds, const std::string& received) const;

  std::string what_;
  std::unique_ptr<ByteSource> bytes_;
  Shape shape_{};
  std::optional<DType> dtype_{};
  size_t value_bytes_ = 0, head_bytes_ = 0;
  std::vector<char> waiting_{};  // Bytes that were read already, of which so many were used.
  size_t used_ = 0;
};

// The array in a file of its own, plain or compressed.
NpyArray open_npy(const char* where, const std::string& path);

}  // namespace lacuna::data
