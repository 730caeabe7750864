// Parses libsvm text block by block, in memory that is used again.
#pragma once
#include <memory>
#include <string_view>

#include "lacuna/data/libsvm.h"

namespace lacuna::data {

class LibsvmParser {
 public:
  // Of one label a row, and of values in float32. The options must outlive it.
  static std::unique_ptr<LibsvmParser> make(const LibsvmOptions& options);
  virtual ~LibsvmParser() = default;

  // What parse_libsvm makes of the text, in the memory of `to`. Throws BadLine.
  virtual void parse(std::string_view text, LibsvmData& to) = 0;
};

}  // namespace lacuna::data
