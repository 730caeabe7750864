// Files in one step.
#include "lacuna/saving/replace_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/saving/seal.h"

namespace lacuna::saving {
namespace {

constexpr size_t kBlock = size_t{1} << 20;

struct Descriptor {
  explicit Descriptor(int number_) : number(number_) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number;
};

std::string resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? real.get() : path;
}

// Up to `bytes` of the file from where it stands; false where they cannot be read.
template <class F>
bool each_block(int file, uint64_t bytes, F&& take) {
  std::vector<char> block(kBlock);
  while (bytes > 0) {
    const ssize_t n = ::read(file, block.data(), std::min<uint64_t>(kBlock, bytes));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    take(std::string_view(block.data(), static_cast<size_t>(n)));
    bytes -= static_cast<uint64_t>(n);
  }
  return true;
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

ReplaceFile::ReplaceFile(const char* where, const std::string& path) : where_(where), path_(resolved(path)) {
  // Containers that share a folder may have processes of one number.
  static std::atomic<uint32_t> count{std::random_device()()};
  temporary_ = text(path_, ".partial-", ::getpid(), "-", count++);
  struct stat s;
  require(::stat(path_.c_str(), &s) != 0 || S_ISREG(s.st_mode), where,
          ": what is there must be a file to be written over. Received: path='", path, "'.");
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0) failed("written");
  remove_left_over();
  lock();
}

ReplaceFile::~ReplaceFile() {
  if (!done_) ::unlink(temporary_.c_str());
  ::close(locked_);
}

void ReplaceFile::lock() {
  for (;;) {
    locked_ = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (locked_ < 0) failed("written");
    struct stat s;
    // Where there are no locks nobody takes one, and nothing is taken away. Somebody may have, before this
    // one locked.
    if (::flock(locked_, LOCK_EX) != 0 || ::fstat(locked_, &s) != 0 || s.st_nlink > 0) return;
    ::close(locked_);
  }
}

void ReplaceFile::remove_left_over() const {
  const std::filesystem::path path(path_);
  const std::string start = path.filename().string() + ".partial-";
  std::error_code none;
  for (std::filesystem::directory_iterator i(path.has_parent_path() ? path.parent_path() : ".", none), end;
       !none && i != end; i.increment(none)) {
    int pid = 0, length = 0;
    unsigned count = 0;
    const std::string name = i->path().filename().string(),
                      rest = name.substr(std::min(name.size(), start.size()));
    if (!name.starts_with(start) || std::sscanf(rest.c_str(), "%d-%u%n", &pid, &count, &length) != 2 ||
        static_cast<size_t>(length) != rest.size())
      continue;
    const Descriptor file(::open(i->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.number < 0 || ::flock(file.number, LOCK_EX | LOCK_NB) != 0) continue;
    // Lacuna without the lock writes there as long as it lives.
    if (pid == ::getpid() || (::kill(pid, 0) != 0 && errno == ESRCH)) ::unlink(i->path().c_str());
  }
}

void ReplaceFile::failed(const char* what) const {
  const int error = errno;
  throw InvalidArgument(text(where_, ": the file must be ", what, ". Received: path='", path_, "', ",
                             std::strerror(error), "."));
}

void ReplaceFile::finish() {
  {
    const Descriptor file(::open(temporary_.c_str(), O_RDWR | O_CLOEXEC));
    struct stat s;
    Checksum sum;
    if (file.number < 0 || ::fstat(file.number, &s) != 0 ||
        !each_block(file.number, static_cast<uint64_t>(s.st_size), [&](std::string_view b) { sum.add(b); }) ||
        !write_all(file.number, sum.seal()) || ::fsync(file.number) != 0)
      failed("written");
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) failed("put in its place");
  done_ = true;
  ::flock(locked_, LOCK_UN);  // Readers lock it too.
  // The name is on the disk when the folder is; a file system that cannot say so is none of our errors.
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  const Descriptor parent(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.number >= 0) ::fsync(parent.number);
}

bool check_seal(const char* where, const std::string& path) {
  const auto failed = [&](const std::string& what) {
    throw InvalidArgument(
        text(where, ": the file must be readable. Received: path='", path, "', ", what, "."));
  };
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat s;
  if (file.number < 0 || ::fstat(file.number, &s) != 0) failed(std::strerror(errno));
  if (!S_ISREG(s.st_mode)) failed("which is no file");
  const auto bytes = static_cast<uint64_t>(s.st_size);
  if (bytes < kSealBytes) return false;
  char last[kSealBytes];
  if (::pread(file.number, last, kSealBytes, static_cast<off_t>(bytes - kSealBytes)) != kSealBytes)
    failed(std::strerror(errno));
  const std::string_view seal(last, kSealBytes);
  require(!is_cut_seal(seal), where, ": the file must be as it was written. Received: path='", path,
          "', which is cut short.");
  if (!is_seal(seal)) return false;
  Checksum sum;
  if (!each_block(file.number, bytes - kSealBytes, [&](std::string_view b) { sum.add(b); }))
    failed(std::strerror(errno));
  require(sum.seal() == seal, where, ": the file must be as it was written. Received: path='", path,
          "', whose checksum is another: it is damaged.");
  return true;
}

}  // namespace lacuna::saving
