// Replaces files in one atomic step, and checks seals.
#include "lacuna/base/replace_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <filesystem>
#include <random>
#include <vector>

#include "lacuna/base/path.h"
#include "lacuna/base/seal.h"
#include "lacuna/base/utf8.h"

namespace lacuna {
namespace {

constexpr size_t kBlock = size_t{1} << 20;
constexpr const char* kMustBeFile = "what is there must be a file to be written over";
constexpr size_t kMostOfEnd = sizeof ".partial--2147483648-4294967295";

struct Descriptor {
  explicit Descriptor(int number_) : number(number_) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number;
};

constexpr const char* kAccessList = "system.posix_acl_access";

// The target of a link, which need not exist yet.
std::string resolved(std::filesystem::path path) {
  std::error_code none;
  for (int links = 0; links < 40 && std::filesystem::is_symlink(path, none); ++links)
    path = path.parent_path() / std::filesystem::read_symlink(path, none);
  return path.string();
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// The longest start of a file's name that leaves room for `more` bytes and cuts no character of UTF-8.
std::string cut_name(const std::string& path, size_t more) {
  const std::string name = std::filesystem::path(path).filename().string();
  const long limit = ::pathconf(folder_of(path).c_str(), _PC_NAME_MAX);
  const size_t room = (limit > 0 ? static_cast<size_t>(limit) : NAME_MAX) - more;
  if (name.size() <= room) return name;
  size_t end = room;
  while (end > 0 && (name[end] & 0xC0) == 0x80) --end;
  return name.substr(0, end);
}

// Calls `take` with blocks of the file's next `bytes` bytes. Returns false if they cannot be read.
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

ReplaceFile::ReplaceFile(const char* where, const std::string& path)
    : where_(where), path_(resolved(checked_path(where, path))) {
  // A process id is not enough: containers that share a folder may have the same ones.
  static std::atomic<uint32_t> count{std::random_device()()};
  const std::string folder = folder_of(path_);
  start_ = cut_name(path_, kMostOfEnd) + ".partial-";
  temporary_ = std::filesystem::path(path_).parent_path() / text(start_, ::getpid(), "-", count++);
  struct stat s;
  if (::stat(path_.c_str(), &s) == 0) {
    if (S_ISDIR(s.st_mode)) path_failed(where, kMustBeFile, path, EISDIR);
    LACUNA_REQUIRE(S_ISREG(s.st_mode), where, ": ", kMustBeFile, ". Received: path='", shown_utf8(path),
                   "'.");
    if (::access(path_.c_str(), W_OK) != 0) failed("written");
    replaces_ = true;
  } else if (errno != ENOENT) {
    failed("written");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) failed("written");
  remove_left_over();
  lock();
}

ReplaceFile::~ReplaceFile() {
  if (!done_) ::unlink(temporary_.c_str());
  ::close(locked_);
}

void ReplaceFile::lock() {
  for (;;) {
    locked_ = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, replaces_ ? 0600 : 0666);
    if (locked_ < 0) failed("written");
    struct stat s;
    // If the file system has no locks, nobody removes the file. Otherwise another process may have removed it
    // before this one locked it: then there is no link to it, and it is made again.
    if (::flock(locked_, LOCK_EX) != 0 || ::fstat(locked_, &s) != 0 || s.st_nlink > 0) return;
    ::close(locked_);
  }
}

void ReplaceFile::remove_left_over() const {
  // Not std's directory_iterator, which ends the process if it finds no memory.
  struct Close {
    void operator()(DIR* folder) const { ::closedir(folder); }
  };
  const std::string parent = folder_of(path_);
  const std::unique_ptr<DIR, Close> folder(::opendir(parent.c_str()));
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
    int pid = 0, length = 0;
    unsigned count = 0;
    const std::string name = entry->d_name, rest = name.substr(std::min(name.size(), start_.size())),
                      path = parent + '/' + name;
    if (!name.starts_with(start_) || std::sscanf(rest.c_str(), "%d-%u%n", &pid, &count, &length) != 2 ||
        static_cast<size_t>(length) != rest.size())
      continue;
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.number < 0 || ::flock(file.number, LOCK_EX | LOCK_NB) != 0) continue;
    // A version of Lacuna that takes no lock may be writing to it as long as its process lives.
    if (pid == ::getpid() || (::kill(pid, 0) != 0 && errno == ESRCH)) ::unlink(path.c_str());
  }
}

void ReplaceFile::failed(const char* what) const {
  const int number = errno;
  path_failed(where_, text("the file must be ", what).c_str(), path_, number);
}

void ReplaceFile::keep_owner_and_mode(int file) const {
  struct stat old, now;
  if (::stat(path_.c_str(), &old) != 0) return;  // It was removed since: the new file stays private.
  if (::fstat(file, &now) != 0) failed("written");
  mode_t mode = old.st_mode & 0777;
  // If the owner cannot be changed, at least the group is set; if that fails too, the group gets no
  // permissions.
  if ((old.st_uid != now.st_uid || old.st_gid != now.st_gid) && ::fchown(file, old.st_uid, old.st_gid) != 0 &&
      ::fchown(file, static_cast<uid_t>(-1), old.st_gid) != 0)
    mode &= 0707;
  if (::fchmod(file, mode) != 0) failed("written");
  std::vector<char> list(size_t{1} << 16);
  const ssize_t bytes = ::getxattr(path_.c_str(), kAccessList, list.data(), list.size());
  if (bytes > 0) ::fsetxattr(file, kAccessList, list.data(), static_cast<size_t>(bytes), 0);
}

void ReplaceFile::finish(bool seal) {
  {
    const Descriptor file(::open(temporary_.c_str(), O_RDWR | O_CLOEXEC));
    struct stat s;
    Checksum sum;
    if (file.number < 0 || ::fstat(file.number, &s) != 0) failed("written");
    const auto bytes = static_cast<uint64_t>(s.st_size);
    if (seal && (!each_block(file.number, bytes, [&](std::string_view b) { sum.add(b); }) ||
                 !write_all(file.number, sum.seal())))
      failed("written");
    if (replaces_) keep_owner_and_mode(file.number);
    if (::fsync(file.number) != 0) failed("written");
  }
  const std::string folder = folder_of(path_);  // Nothing may fail once the file has its place.
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) failed("put in its place");
  done_ = true;
  ::flock(locked_, LOCK_UN);  // Programs that read it by HDF5 lock it too.
  // The name is on the disk once the folder is. It is no error if the file system cannot do this.
  const Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.number >= 0) ::fsync(parent.number);
}

bool check_seal(const char* where, const std::string& path) {
  const auto failed = [&](int number) { path_failed(where, "the file must be readable", path, number); };
  const Descriptor file(::open(checked_path(where, path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat s;
  if (file.number < 0 || ::fstat(file.number, &s) != 0) failed(errno);
  if (S_ISDIR(s.st_mode)) failed(EISDIR);
  LACUNA_REQUIRE(S_ISREG(s.st_mode), where, ": the file must be readable. Received: path='", shown_utf8(path),
                 "', which is no file.");
  const auto bytes = static_cast<uint64_t>(s.st_size);
  if (bytes < kSealBytes) return false;
  char last[kSealBytes];
  if (::pread(file.number, last, kSealBytes, static_cast<off_t>(bytes - kSealBytes)) != kSealBytes)
    failed(errno);
  const std::string_view seal(last, kSealBytes);
  if (!is_seal(seal)) return false;
  Checksum sum;
  if (!each_block(file.number, bytes - kSealBytes, [&](std::string_view b) { sum.add(b); })) failed(errno);
  LACUNA_REQUIRE(sum.seal() == seal, where, ": the file must be as it was written. Received: path='",
                 shown_utf8(path), "', whose checksum is wrong: it is damaged.");
  return true;
}

}  // namespace lacuna
