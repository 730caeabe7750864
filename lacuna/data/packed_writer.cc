// Gathers rows into blocks of about the same size, and writes them one after another.
#include "lacuna/data/packed_writer.h"

#include <lz4.h>
#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "lacuna/base/path.h"
#include "lacuna/data/row_bytes.h"
#include "lacuna/data/row_coding.h"

namespace lacuna::data {
namespace {
constexpr size_t kBlockBytes = size_t{1} << 20;  // Of rows in memory, about.
constexpr const char* kMustBeWritten = "the packed file must be written whole";

// Whether the arrays hold the entries of the rows and nothing else, so that they can be written as they are.
bool is_tight(const RowBlock& rows) {
  return std::ranges::all_of(rows.parts, [&](const Tensor& part) {
    if (part.storage() != Storage::csr) return true;
    const tensor::Csr& csr = part.csr();
    const size_t entries = csr.indices.bytes() / size_of(csr.index);
    bool tight = csr.data.bytes() == entries * size_of(csr.dtype);
    with_index(csr, [&](auto, auto indptr) {
      tight = tight && indptr.size() == static_cast<size_t>(rows.rows) + 1 && indptr.front() == 0 &&
              static_cast<size_t>(indptr.back()) == entries;
    });
    return tight;
  });
}
}  // namespace

PackedWriter::PackedWriter(const std::string& path, const Schema& schema, Compression compression)
    : replace_("pack", path),
      path_(path),
      file_(std::fopen(replace_.temporary().c_str(), "wbe")),
      waiting_(schema) {
  if (!file_) path_failed("pack", kMustBeWritten, path, errno);
  foot_.compression = compression;
  foot_.schema = schema;
  write(kPackedMagic, 8);
}

void PackedWriter::add(const RowBlock& rows, Dim begin, Dim end) {
  // Blocks of about the same size whatever the blocks of the source: the parser's depend on its text.
  const bool all = begin == 0 && end == rows.rows;
  if (all && waiting_.rows() == 0 && bytes_of_rows(rows, 0, end) >= kBlockBytes && is_tight(rows))
    return write_block(rows);  // As it would be after a copy.
  waiting_.append(rows, begin, end);
  if (waiting_.bytes() >= kBlockBytes) write_waiting();
}

void PackedWriter::finish(Fingerprint fingerprint, int64_t bad) {
  if (waiting_.rows() > 0) write_waiting();
  foot_.fingerprint = std::move(fingerprint);
  foot_.bad = bad;
  const std::string foot = to_text(foot_);
  const uint64_t begin = at_, checksum = XXH3_64bits(foot.data(), foot.size());
  write(foot.data(), foot.size());
  write(&begin, 8);
  write(&checksum, 8);
  write(kPackedMagic, 8);
  if (std::fclose(file_.release()) != 0) path_failed("pack", kMustBeWritten, path_, errno);
  replace_.finish(false);
}

void PackedWriter::write_waiting() {
  write_block({.rows = waiting_.rows(), .parts = waiting_.view()});
  waiting_.clear();
}

void PackedWriter::write_block(const RowBlock& rows) {
  raw_.clear();
  encode_rows(foot_.schema, rows, raw_);
  std::string_view stored(raw_.data(), raw_.size());
  if (foot_.compression != Compression::none) stored = compressed();
  foot_.blocks.push_back(
      {at_, stored.size(), raw_.size(), XXH3_64bits(stored.data(), stored.size()), rows.rows});
  foot_.rows += rows.rows;
  write(stored.data(), stored.size());
}

std::string_view PackedWriter::compressed() {
  const bool lz4 = foot_.compression == Compression::lz4;
  LACUNA_REQUIRE(raw_.size() <= LZ4_MAX_INPUT_SIZE,
                 "pack: a row must be smaller than 2 GB. Received: ", raw_.size(), " bytes.");
  packed_.resize(lz4 ? static_cast<size_t>(LZ4_compressBound(static_cast<int>(raw_.size())))
                     : ZSTD_compressBound(raw_.size()));
  const size_t size =
      lz4 ? static_cast<size_t>(LZ4_compress_default(
                raw_.data(), packed_.data(), static_cast<int>(raw_.size()), static_cast<int>(packed_.size())))
          : ZSTD_compress(packed_.data(), packed_.size(), raw_.data(), raw_.size(), 3);
  if (size == 0 || (!lz4 && ZSTD_isError(size))) throw std::bad_alloc();
  return {packed_.data(), size};
}

void PackedWriter::write(const void* bytes, size_t size) {
  if (size && std::fwrite(bytes, 1, size, file_.get()) != size)
    path_failed("pack", kMustBeWritten, path_, errno);
  at_ += size;
}

}  // namespace lacuna::data
