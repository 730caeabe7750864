// Where the files of a zip file are in it, which libzip does not tell.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "lacuna/base/mapped_file.h"

namespace lacuna::data {

struct StoredPlace {
  uint64_t begin = 0, bytes = 0;
  uint32_t crc = 0;
};

// Of a file that is stored as it is; none if it is compressed, or if it is not found. Its bytes are within
// the zip file.
std::optional<StoredPlace> stored_place(const char* where, const MappedFile& zip, const std::string& name);

}  // namespace lacuna::data
