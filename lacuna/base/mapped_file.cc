// Maps files by mmap.
#include "lacuna/base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "lacuna/base/bus_errors.h"
#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"

namespace lacuna {
namespace {

constexpr const char* kMustBeMapped = "the file must be readable, and there must be address space to map it";

struct stat state_of(const char* where, const std::string& path, int file) {
  struct stat state {};
  if (::fstat(file, &state) != 0) path_failed(where, kMustBeMapped, path, errno);
  return state;
}

}  // namespace

MappedFile::MappedFile(const char* where, std::string path, int file) : path_(std::move(path)) {
  const struct stat state = state_of(where, path_, file);
  size_ = static_cast<uint64_t>(state.st_size);
  file_ = ::fcntl(file, F_DUPFD_CLOEXEC, 0);
  if (file_ < 0) path_failed(where, kMustBeMapped, path_, errno);
  if (size_ == 0) return;
  void* const memory = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file_, 0);
  if (memory == MAP_FAILED) {
    const int number = errno;
    ::close(file_);
    path_failed(where, kMustBeMapped, path_, number);
  }
  bytes_ = static_cast<const std::byte*>(memory);
}

MappedFile::~MappedFile() {
  if (bytes_) ::munmap(const_cast<std::byte*>(bytes_), size_);
  ::close(file_);
}

int64_t MappedFile::written(const char* where) const {
  const struct stat state = state_of(where, path_, file_);
  return int64_t{state.st_mtim.tv_sec} * 1'000'000'000 + state.st_mtim.tv_nsec;
}

void MappedFile::run(const char* where, const void* read, Call call) const {
  struct Reading {
    const void* read;
    Call call;
    const std::byte* bytes;
  } const reading{read, call, bytes_};
  const bool whole = survives_bus_errors(
      bytes_, size_,
      [](const void* argument) {
        const auto& of = *static_cast<const Reading*>(argument);
        of.call(of.read, of.bytes);
      },
      &reading);
  // Bytes behind its end may also be read, as zeros, up to the end of a page.
  const auto now = static_cast<uint64_t>(state_of(where, path_, file_).st_size);
  if (whole && now >= size_) return;
  throw FileError(text(where, ": the file must stay readable while it is used. Received: path='",
                       shown_utf8(path_), "' of ", now, " bytes, and before ", size_, "."),
                  now < size_ ? ENODATA : EIO, path_);
}

void MappedFile::copy(const char* where, uint64_t from, std::byte* to, size_t count) const {
  guarded(where, [&](const std::byte* bytes) { std::memcpy(to, bytes + from, count); });
}

}  // namespace lacuna
