// The text of several files in blocks of whole lines, which know their file and their first line.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/data/dataset.h"
#include "lacuna/data/text_blocks.h"

namespace lacuna::data {

// The files that patterns name: a path with *, ? or [ stands for all that it matches, in the order of their
// names. Throws InvalidArgument if there are none, or if a pattern matches nothing.
std::vector<std::string> files_of(const char* where, const std::vector<std::string>& patterns);

struct NumberedText {
  std::string text{};      // Whole lines; the last one of a file may lack its end.
  size_t file = 0;         // Its place in the list of paths.
  int64_t first_line = 1;  // From 1.
  RowPlace after{};        // The file, its byte, before compression, and the line that come next.
};

class NumberedTexts {
 public:
  // The paths and `where`, the start of error messages, must outlive this.
  NumberedTexts(const char* where, const std::vector<std::string>& paths) : where_(where), paths_(paths) {}

  // Begins at such a place instead of at the first line. Before the first next().
  void go_to(RowPlace place);
  // The next block; false at the end. Throws InvalidArgument if a file cannot be read or is truncated.
  bool next(NumberedText& to);

 private:
  const char* where_;
  const std::vector<std::string>& paths_;
  size_t opened_ = 0;
  int64_t line_ = 1;
  uint64_t at_ = 0;  // The byte of the file that comes next.
  std::optional<TextBlocks> blocks_{};
};

}  // namespace lacuna::data
