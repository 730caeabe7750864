// Deals rows to heaps, and shuffles the heaps.
#include "lacuna/data/dealt_rows.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/path.h"
#include "lacuna/base/random.h"
#include "lacuna/data/row_bytes.h"
#include "lacuna/data/row_coding.h"

namespace lacuna::data {
namespace {
constexpr size_t kHeaps = 128;
constexpr size_t kWaitingBytes = size_t{1} << 19;  // Of each heap, before they are written.
constexpr const char* kMustBeDealt = "its rows must be written to a file beside it, to be shuffled";
}  // namespace

AsideFile::AsideFile(const char* where, const std::string& path) : where_(where), path_(path) {
  std::string name = path + ".dealt-XXXXXX";
  file_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (file_ < 0) path_failed(where_, kMustBeDealt, path_, errno);
  ::unlink(name.c_str());  // So that it vanishes also with a process that is killed.
}

AsideFile::~AsideFile() { ::close(file_); }

uint64_t AsideFile::append(const std::vector<char>& bytes) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t n =
        ::pwrite(file_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(end_ + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) path_failed(where_, kMustBeDealt, path_, n < 0 ? errno : ENOSPC);
    done += static_cast<size_t>(n);
  }
  return std::exchange(end_, end_ + bytes.size());
}

void AsideFile::read(uint64_t from, std::vector<char>& to) const {
  for (size_t done = 0; done < to.size();) {
    const ssize_t n = ::pread(file_, to.data() + done, to.size() - done, static_cast<off_t>(from + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) path_failed(where_, kMustBeDealt, path_, n < 0 ? errno : EIO);
    done += static_cast<size_t>(n);
  }
}

DealtRows::DealtRows(AsideFile& file, const Schema& schema, uint64_t seed, size_t most)
    : file_(file), schema_(schema), seed_(mix(seed)), most_(most) {
  for (size_t h = 0; h < kHeaps; ++h) heaps_.push_back({.waiting = GatheredRows(schema)});
}

void DealtRows::add(const RowBlock& block) {
  for (Dim row = 0; row < block.rows; ++row) {
    Heap& heap = heaps_[mix(seed_ ^ mix(number_++)) % kHeaps];
    heap.waiting.append(block, row, row + 1);
    heap.bytes += bytes_of_rows(block, row, row + 1);
    ++heap.rows;
    if (heap.waiting.bytes() >= kWaitingBytes) store(heap);
  }
}

void DealtRows::store(Heap& heap) {
  const RowBlock block{.rows = heap.waiting.rows(), .parts = heap.waiting.take()};
  bytes_.clear();
  encode_rows(schema_, block, bytes_);
  heap.stored.push_back({file_.append(bytes_), bytes_.size(), block.rows});
}

void DealtRows::each_block(Heap& heap, const std::function<void(const RowBlock&)>& use) {
  RowBlock block;
  for (const Stored& stored : heap.stored) {
    poll_interrupt();
    bytes_.resize(stored.bytes);
    file_.read(stored.begin, bytes_);
    const bool same = decode_rows(schema_, stored.rows, {bytes_.data(), bytes_.size()}, block);
    LACUNA_REQUIRE(same, "pack: the rows that wait to be shuffled must stay as they were. Received: others.");
    use(block);
  }
  block = {.rows = heap.waiting.rows(), .parts = heap.waiting.take()};
  if (block.rows > 0) use(block);
}

void DealtRows::shuffle(Heap& heap, uint64_t key, const Sink& sink) {
  GatheredRows gathered(schema_);
  each_block(heap, [&](const RowBlock& block) { gathered.append(block, 0, block.rows); });
  const RowBlock all{.rows = gathered.rows(), .parts = gathered.take()};
  std::vector<Dim> order(static_cast<size_t>(all.rows));
  std::iota(order.begin(), order.end(), 0);
  Generator(key).shuffle(std::span(order));
  for (const Dim row : order) sink(all, row);
}

void DealtRows::give(const Sink& sink) {
  for (size_t h = 0; h < kHeaps; ++h) {
    Heap heap = std::move(heaps_[h]);  // Its memory goes with it.
    const uint64_t key = mix(seed_ + 1 + h);
    if (heap.bytes <= most_ || heap.rows <= 1) {
      shuffle(heap, key, sink);
      continue;
    }
    DealtRows smaller(file_, schema_, key, most_);
    each_block(heap, [&](const RowBlock& block) { smaller.add(block); });
    smaller.give(sink);
  }
}

}  // namespace lacuna::data
