// A file that takes the place of another in one step: written beside it, brought to the disk, renamed.
// Whoever is killed in between leaves the old one as it was, and at worst a file `….partial-…` beside it,
// which the next save to that path takes away: who writes holds a lock on it, which ends with the process.
// Mode, access list and, as far as the system allows it, owner are those of the file that was there; one that
// may not be written is not replaced.
#pragma once
#include <string>

namespace lacuna::saving {

class ReplaceFile {
 public:
  // A link is followed, so that it stays one. where: what errors start with. Throws FileError.
  ReplaceFile(const char* where, const std::string& path);
  ~ReplaceFile();  // Without finish nothing is left.
  ReplaceFile(const ReplaceFile&) = delete;
  ReplaceFile& operator=(const ReplaceFile&) = delete;

  const std::string& temporary() const { return temporary_; }  // Where it is to be written.
  void finish();  // Seals it first; see seal.h. Throws FileError when the disk is full, …

 private:
  [[noreturn]] void failed(const char* what) const;

  void lock();
  void remove_left_over() const;
  void keep_owner_and_mode(int file) const;

  const char* where_;
  std::string path_, temporary_, start_{};  // start_: of the names of all that are written beside it.
  bool replaces_ = false;
  int locked_ = -1;  // A descriptor of the file at temporary_.
  bool done_ = false;
};

// Reads a file once from end to end; true if it is sealed, false if it has no seal (it is of somebody else).
// Throws InvalidArgument if it has one that is not its own, FileError if it cannot be read.
bool check_seal(const char* where, const std::string& path);

}  // namespace lacuna::saving
