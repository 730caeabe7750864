// A file that is mapped, so that bytes at random cost what they cost in memory. A file that shrinks
// meanwhile, or a page that cannot be read, is an error and not the end of the process. Thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace lacuna {

class MappedFile {
 public:
  // Maps a file that is open for reading; the number may be closed afterwards. path: for messages, as
  // `where`, their start. Throws FileError.
  MappedFile(const char* where, std::string path, int file);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::string& path() const { return path_; }
  // When it was mapped.
  uint64_t size() const { return size_; }
  // When it was written last, in nanoseconds, as far as its system tells them apart.
  int64_t written(const char* where) const;

  // Calls read(bytes) with the first of size() bytes. It may be left at any of them, as by longjmp: it must
  // not have objects with destructors, take locks or memory, nor throw. Throws FileError if the file has
  // fewer bytes now, or if some could not be read; what was made of it is undefined then.
  template <class Read>
  void guarded(const char* where, const Read& read) const {
    run(where, &read, [](const void* r, const std::byte* bytes) { (*static_cast<const Read*>(r))(bytes); });
  }
  // The bytes from there on, which must be within size().
  void copy(const char* where, uint64_t from, std::byte* to, size_t count) const;

 private:
  using Call = void (*)(const void* read, const std::byte* bytes);
  void run(const char* where, const void* read, Call call) const;

  std::string path_;
  int file_ = -1;
  const std::byte* bytes_ = nullptr;
  uint64_t size_ = 0;
};

}  // namespace lacuna
