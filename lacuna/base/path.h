// The checks of a path that a user gives, and the error where the system refuses it.
#pragma once
#include <string>

#include "lacuna/base/error.h"

namespace LACUNA_EXPORT lacuna {

// An error of the system about a file. number: its errno. In Python it is the class of that number, such as
// FileNotFoundError for ENOENT, and a ValueError too.
struct FileError : InvalidArgument {
  FileError(const std::string& message, int number_, std::string path_)
      : InvalidArgument(message), number(number_), path(std::move(path_)) {}
  int number;
  std::string path;
};

// Returns the path. It may have any bytes, but must not be empty nor contain a NUL, since the system would
// use only what stands before it. where: the start of error messages.
const std::string& checked_path(const char* where, const std::string& path);

// Throws "where: must. Received: path='…', No such file or directory." number: an errno.
[[noreturn]] void path_failed(const char* where, const char* must, const std::string& path, int number);

}  // namespace lacuna
