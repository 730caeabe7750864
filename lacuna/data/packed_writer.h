// Writes packed files.
#pragma once
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/base/replace_file.h"
#include "lacuna/data/gathered_rows.h"
#include "lacuna/data/packed_foot.h"

namespace lacuna::data {

class PackedWriter {
 public:
  // Throws FileError.
  PackedWriter(const std::string& path, const Schema& schema, Compression compression);

  // Adds rows [begin, end) of the block.
  void add(const RowBlock& rows, Dim begin, Dim end);
  // bad: how many rows were left out. The file takes its place; until then nothing is there, or what was.
  void finish(Fingerprint fingerprint, int64_t bad);

 private:
  void write_waiting();
  void write_block(const RowBlock& rows);
  std::string_view compressed();
  void write(const void* bytes, size_t size);

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  ReplaceFile replace_;
  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  GatheredRows waiting_;
  Foot foot_{};
  std::vector<char> raw_{}, packed_{};
  uint64_t at_ = 0;
};

}  // namespace lacuna::data
