// Puts rows in an order at random, exactly and in bounded memory: each row is dealt to one of many heaps, and
// each heap is shuffled in memory, or dealt again if it is too large for that. All orders are equally likely,
// as A. Rao, "Generation of random permutation of given number of elements using random sampling numbers"
// (Sankhya 1961) shows. The order follows from the seed and the numbers of the rows alone.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/data/gathered_rows.h"

namespace lacuna::data {

// A file beside another one that no other process sees, and that vanishes with this object or the process.
class AsideFile {
 public:
  // Throws FileError, here and where the disk is full; the message names `path`.
  AsideFile(const char* where, const std::string& path);
  ~AsideFile();
  AsideFile(const AsideFile&) = delete;
  AsideFile& operator=(const AsideFile&) = delete;

  // Appends the bytes, and returns where.
  uint64_t append(const std::vector<char>& bytes);
  void read(uint64_t from, std::vector<char>& to) const;

 private:
  const char* where_;
  std::string path_;
  int file_;
  uint64_t end_ = 0;
};

class DealtRows {
 public:
  using Sink = std::function<void(const RowBlock&, Dim row)>;
  static constexpr size_t kHeapBytes = size_t{128} << 20;

  // The file and the schema must outlive this. most: bytes of the rows that are shuffled in memory.
  DealtRows(AsideFile& file, const Schema& schema, uint64_t seed, size_t most = kHeapBytes);

  void add(const RowBlock& block);
  // Gives all rows in their order. Once.
  void give(const Sink& sink);

 private:
  struct Stored {
    uint64_t begin = 0;
    size_t bytes = 0;
    Dim rows = 0;
  };
  struct Heap {
    GatheredRows waiting;
    std::vector<Stored> stored{};
    Dim rows = 0;
    size_t bytes = 0;
  };
  void store(Heap& heap);
  // Calls use(block) with the blocks of a heap.
  void each_block(Heap& heap, const std::function<void(const RowBlock&)>& use);
  void shuffle(Heap& heap, uint64_t key, const Sink& sink);

  AsideFile& file_;
  const Schema& schema_;
  uint64_t seed_;
  size_t most_;
  uint64_t number_ = 0;  // Of the next row.
  std::vector<Heap> heaps_{};
  std::vector<char> bytes_{};
};

}  // namespace lacuna::data
