// The bytes of a file as they are, or of a pipe that another program writes meanwhile. A wait for a writer
// can be interrupted on any thread.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lacuna::data {

// The path '-' is the standard input, here and below: its true path.
const std::string& true_path(const std::string& path);
// Whether it is a file, and not a pipe or a device.
bool is_regular(const std::string& path);
// Whether it is a pipe, whose bytes can be read once.
bool is_pipe(const std::string& path);

class ByteInput {
 public:
  // Throws FileError if the file cannot be opened; `where` starts the messages and must outlive this.
  ByteInput(const std::string& path, const char* where);
  ByteInput(ByteInput&& other) noexcept;
  ByteInput& operator=(ByteInput&&) = delete;
  ~ByteInput();

  // The first bytes, as many as tell how a file is compressed, or fewer if they tell that it is not. They are
  // read again. Before anything is read.
  std::string_view beginning();
  // Reads at most `room` bytes and returns their number, 0 at the end. Waits for the first only. Throws what
  // an interrupt throws.
  size_t read(char* to, size_t room);
  // Leaves out the next bytes, or those that there are. False if that is not possible here: they must be
  // read.
  bool skip(uint64_t bytes);
  // How many bytes were read or left out.
  double position() const { return static_cast<double>(position_); }
  // Throws InvalidArgument that names the file.
  [[noreturn]] void fail(const char* why) const;

 private:
  static constexpr size_t kFirst = 6;
  bool is_ready(int milliseconds) const;
  size_t read_more(char* to, size_t room);

  std::string path_;
  const char* where_;
  int file_ = -1;
  bool regular_ = false;
  uint64_t position_ = 0;
  std::array<char, kFirst> first_{};
  size_t first_read_ = 0, first_used_ = 0;
};

}  // namespace lacuna::data
