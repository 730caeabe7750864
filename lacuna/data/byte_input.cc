// Waits for the writer of a pipe by poll, a little at a time.
#include "lacuna/data/byte_input.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"

namespace lacuna::data {
const std::string& true_path(const std::string& path) {
  static const std::string standard_input = "/dev/stdin";
  return path == "-" ? standard_input : path;
}

bool is_regular(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::is_regular_file(true_path(path), unknown);
}

bool is_pipe(const std::string& path) {
  std::error_code unknown;
  const auto type = std::filesystem::status(true_path(path), unknown).type();
  return type == std::filesystem::file_type::fifo || type == std::filesystem::file_type::socket;
}

ByteInput::ByteInput(const std::string& given, const char* where)
    : path_(true_path(checked_path(where, given))), where_(where), regular_(is_regular(given)) {
  // A pipe without a writer would block here. What is no file cannot be opened again, as a socket.
  const bool standard_input = given == "-" && !regular_;
  file_ = standard_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                         : ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | (regular_ ? 0 : O_NONBLOCK));
  if (file_ < 0) path_failed(where, "the file must be readable", path_, errno);
#ifdef F_SETPIPE_SZ
  if (!regular_) ::fcntl(file_, F_SETPIPE_SZ, 1 << 20);  // The most for all users; fewer switches of threads.
#endif
}

ByteInput::ByteInput(ByteInput&& other) noexcept
    : path_(std::move(other.path_)),
      where_(other.where_),
      file_(std::exchange(other.file_, -1)),
      regular_(other.regular_),
      position_(other.position_),
      first_(other.first_),
      first_read_(other.first_read_),
      first_used_(other.first_used_) {}

ByteInput::~ByteInput() {
  if (file_ >= 0) ::close(file_);
}

std::string_view ByteInput::beginning() {
  // Who writes rows one by one is not made to wait for the second.
  constexpr std::string_view kFirstOfPacked =
      "\xFD\x28\x04\x1F"
      "B";
  while (first_read_ < first_.size()) {
    const size_t n = read_more(first_.data() + first_read_, first_.size() - first_read_);
    first_read_ += n;
    if (n == 0 || kFirstOfPacked.find(first_[0]) == std::string_view::npos) break;
  }
  return {first_.data(), first_read_};
}

size_t ByteInput::read(char* to, size_t room) {
  size_t count = std::min(room, first_read_ - first_used_);
  if (count) std::memcpy(to, first_.data() + first_used_, count);
  first_used_ += count;
  if (count == 0) count = read_more(to, room);
  // And what has come meanwhile: a writer of single lines would else make single rows of them.
  for (size_t n = count; n > 0 && count < room && is_ready(0); count += n)
    n = read_more(to + count, room - count);
  return count;
}

// Waits for so many milliseconds at most.
bool ByteInput::is_ready(int milliseconds) const {
  if (regular_) return true;
  pollfd wanted{.fd = file_, .events = POLLIN, .revents = 0};
  const int ready = ::poll(&wanted, 1, milliseconds);
  if (ready < 0 && errno != EINTR) fail(std::strerror(errno));
  return ready > 0;
}

size_t ByteInput::read_more(char* to, size_t room) {
  constexpr int kOftenEnough = 50;  // For interrupts.
  for (;; poll_interrupt()) {
    if (!is_ready(kOftenEnough)) continue;
    const ssize_t n = ::read(file_, to, room);
    if (n >= 0) {
      position_ += static_cast<uint64_t>(n);
      return static_cast<size_t>(n);
    }
    if (errno != EINTR && errno != EAGAIN) fail(std::strerror(errno));
  }
}

bool ByteInput::skip(uint64_t bytes) {
  if (!regular_) return false;
  const uint64_t read_already = std::min<uint64_t>(bytes, first_read_ - first_used_);
  first_used_ += read_already;
  bytes -= read_already;
  if (bytes > 0 && ::lseek(file_, static_cast<off_t>(bytes), SEEK_CUR) < 0) fail(std::strerror(errno));
  position_ += bytes;
  return true;
}

void ByteInput::fail(const char* why) const {
  throw InvalidArgument(where_, ": the file must be whole and readable. Received: path='", shown_utf8(path_),
                        "' (", why, ").");
}

}  // namespace lacuna::data
