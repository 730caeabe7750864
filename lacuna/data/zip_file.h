// A zip file and the files in it.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "lacuna/data/npy_array.h"

struct zip;

namespace lacuna::data {

// Not thread-safe.
class ZipFile {
 public:
  // Throws FileError, and InvalidArgument if it is no zip file; `where` starts the messages.
  ZipFile(const char* where, const std::string& path);

  // The array name.npy in it, to be read while it exists. Throws InvalidArgument if there is none.
  NpyArray array(const std::string& name);
  // Whether its bytes are in the file as they are.
  bool is_stored(const std::string& name);

 private:
  const char* where_;
  std::string path_;
  std::shared_ptr<zip> zip_{};
};

}  // namespace lacuna::data
