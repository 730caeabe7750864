// Replaces a file in one atomic step: the new file is written beside it, flushed to the disk and renamed. A
// process that is killed in between leaves the old file as it was, and at worst a file `….partial-…` beside
// it. The next save to that path removes such a file unless it is locked: a writer locks it until its process
// ends. The new file gets the mode, the access list and, as far as the system allows, the owner of the old
// one. A file without write permission is not replaced.
#pragma once
#include <string>

namespace lacuna {

class ReplaceFile {
 public:
  // Follows a link, which stays a link. where: what errors start with. Throws FileError, or InvalidArgument
  // if the path is no regular file.
  ReplaceFile(const char* where, const std::string& path);
  ~ReplaceFile();  // Removes the new file unless finish was called.
  ReplaceFile(const ReplaceFile&) = delete;
  ReplaceFile& operator=(const ReplaceFile&) = delete;

  const std::string& temporary() const { return temporary_; }  // Where to write it.
  // Throws FileError if the disk is full, …. With `seal`, seals it first (seal.h), which reads it once.
  void finish(bool seal = true);

 private:
  [[noreturn]] void failed(const char* what) const;

  void lock();
  void remove_left_over() const;
  void keep_owner_and_mode(int file) const;

  const char* where_;
  std::string path_, temporary_, start_{};  // start_: of the names of all such files.
  bool replaces_ = false;
  int locked_ = -1;  // A descriptor of the file at temporary_.
  bool done_ = false;
};

// Reads a file once from end to end. Returns true if it is sealed, false if it has no seal (another program
// wrote it). Throws InvalidArgument if the seal does not match the file, FileError if it cannot be read.
bool check_seal(const char* where, const std::string& path);

}  // namespace lacuna
