// A text file, plain or packed, in blocks of whole lines. Of a packed file the next block is unpacked on a
// thread of its own while the caller has this one, unless there is one thread alone. A plain one is read too
// fast for that: waking a thread for each block costs more.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace lacuna::data {

class TextBlocks {
 public:
  // Throws InvalidArgument for a file that cannot be opened; `where` starts the messages.
  TextBlocks(const std::string& path, const char* where);
  ~TextBlocks();

  // Valid until the next call; empty at the end. Throws InvalidArgument for a file that ends early.
  std::string_view next();

  // The share of the file, in (0, 1], that was read: about, and at least up to the end of the block.
  double share() const;

 private:
  class File;
  class Ahead;
  std::unique_ptr<File> file_;
  std::unique_ptr<Ahead> ahead_;  // Null where the file is plain or has one block, or there is one thread.
  struct Block;
  std::unique_ptr<Block> block_;
};

}  // namespace lacuna::data
