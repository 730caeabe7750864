// Reads a text file, plain or compressed, in blocks of whole lines. If the file is compressed and
// num_threads() is above 1, the next block is decompressed on another thread while the caller uses this one.
// A plain file is read without: waking a thread for each block costs more than reading it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace lacuna::data {

class TextBlocks {
 public:
  // Throws InvalidArgument if the file cannot be opened; `where` starts the messages. longest_line: in bytes,
  // about. from: the byte of the text, before compression, to begin at.
  TextBlocks(const std::string& path, const char* where, size_t longest_line = SIZE_MAX / 4,
             uint64_t from = 0);
  ~TextBlocks();

  // The next block, valid until the next call; empty at the end. Throws InvalidArgument if the file is
  // truncated, or has a longer line.
  std::string_view next();

  // About the share of the file, in (0, 1], that was read: at least up to the end of the block.
  double share() const;

 private:
  class File;
  class Ahead;
  std::unique_ptr<File> file_;
  std::unique_ptr<Ahead> ahead_;  // Null for a plain file, a pipe, one block or one thread.
  struct Block;
  std::unique_ptr<Block> block_;
};

}  // namespace lacuna::data
