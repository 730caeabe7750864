// The files that a command writes: none of them may be one that it reads, or one that it also writes.
#pragma once
#include <string>
#include <vector>

#include "lacuna/cli/rows_of.h"

namespace lacuna::cli {

// A file and the option that names it. An empty path, and '-' of an output, is no file.
struct NamedFile {
  std::string option{}, path{};
};

// Adds the files that patterns name: a path with *, ? or [ stands for all that it matches, '-' for the
// standard input.
void add_patterns(std::vector<NamedFile>& to, const std::string& option,
                  const std::vector<std::string>& patterns);

// All that these options name: rows, what is beside them, and the model.
std::vector<NamedFile> inputs_of(const DataOptions& options);
std::vector<NamedFile> inputs_of(const UseOptions& options);

// Throws WrongOptions if an output is one of the inputs or another output, also by a link or by another way
// to write its path. Devices and pipes may be named twice.
void require_apart(const std::vector<NamedFile>& outputs, const std::vector<NamedFile>& inputs);

bool same_file(const std::string& a, const std::string& b);

// Tries to write beside the file, which stays as it is. Throws WrongOptions for '-', FileError or
// InvalidArgument if the folder is not there or is not writable, or if the path is a folder.
void require_writable(const std::string& option, const std::string& path);

}  // namespace lacuna::cli
