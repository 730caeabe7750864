// Datasets whose parts are arrays and matrices in files, read side by side.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/data/dataset.h"
#include "lacuna/data/rows_of_file.h"

namespace lacuna::data {

struct FilePart {
  std::string name;
  Role role;
  std::string path;   // Of the file that it is in.
  std::string key{};  // What it is in the file; empty: all of it.
};

struct OpenedParts {
  std::shared_ptr<const void> keeps{};  // What they need to be read.
  std::vector<std::unique_ptr<RowsOfFile>> files{};
};

// Opens the parts of a pass, in their order, at their first row. where: the start of error messages.
using FileOpener = std::function<OpenedParts(const char* where)>;

// where: the start of error messages of this call, which opens the parts once. Throws InvalidArgument if a
// file is a pipe, since each pass opens the files anew, or if the parts have not the same number of rows.
Dataset file_rows(const char* where, std::vector<FilePart> parts, FileOpener open);

}  // namespace lacuna::data
