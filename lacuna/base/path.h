// The one door of paths: what every function that takes one asks first, and the error when the system says
// no.
#pragma once
#include <string>

#include "lacuna/base/error.h"

namespace lacuna {

// What the system says about a file, by its number of errno. In Python the class that the number has there,
// FileNotFoundError for ENOENT, and a ValueError too.
struct FileError : InvalidArgument {
  FileError(const std::string& message, int number_, std::string path_)
      : InvalidArgument(message), number(number_), path(std::move(path_)) {}
  int number;
  std::string path;
};

// The path, which may have any bytes but must not be empty nor have a NUL: the system would take what stands
// before it. where: what errors start with.
const std::string& checked_path(const char* where, const std::string& path);

// Throws "where: must. Received: path='…', No such file or directory." number: of errno.
[[noreturn]] void path_failed(const char* where, const char* must, const std::string& path, int number);

}  // namespace lacuna
