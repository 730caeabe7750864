// Reads packed files, and decides whether one is still what it should be.
#include "lacuna/data/packed_file.h"

#include <lz4.h>
#include <sys/stat.h>
#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/base/path.h"
#include "lacuna/base/random.h"
#include "lacuna/base/utf8.h"
#include "lacuna/data/dealt_rows.h"
#include "lacuna/data/in_order.h"
#include "lacuna/data/judged_source.h"
#include "lacuna/data/packed_at_random.h"
#include "lacuna/data/packed_foot.h"
#include "lacuna/data/packed_writer.h"
#include "lacuna/data/random_rows.h"
#include "lacuna/data/row_coding.h"
#include "lacuna/data/row_place.h"

namespace lacuna::data {
namespace {

class PackedRows final : public RowSource, public std::enable_shared_from_this<PackedRows> {
 public:
  PackedRows(std::shared_ptr<const PackedFile> file, Foot foot)
      : file_(std::move(file)), foot_(std::move(foot)) {}

  const Schema& schema() const override { return foot_.schema; }
  std::optional<Dim> rows() const override { return foot_.rows; }
  Fingerprint fingerprint(const char*) const override { return foot_.fingerprint; }
  BadRowReport report() const override { return {.rows = foot_.rows + foot_.bad, .bad = foot_.bad}; }

  std::unique_ptr<RowStream> open(const char* where, const RowOrder& order) const override {
    std::vector<size_t> blocks(foot_.blocks.size());
    std::iota(blocks.begin(), blocks.end(), 0);
    if (!repeats(order)) Generator(mix(order.key)).shuffle(std::span(blocks));
    RowPlace from = order.from;
    const int64_t first = from.empty() ? 0 : take_last(where, from);
    require_place(where, from.empty() && first <= static_cast<int64_t>(blocks.size()));
    return std::make_unique<Stream>(shared_from_this(), where, std::move(blocks), static_cast<size_t>(first));
  }
  bool is_read_anywhere() const override { return true; }
  bool repeats(const RowOrder& order) const override { return order.key == 0 || !exceeds(order.bytes); }
  std::shared_ptr<const RowsAtRandom> at_random() const override {
    const auto is_small = [](const BlockPlace& b) {
      return b.stored <= std::numeric_limits<uint32_t>::max();
    };
    if (foot_.compression != Compression::none || !std::ranges::all_of(foot_.blocks, is_small))
      return nullptr;
    const auto self = shared_from_this();
    auto rows = std::make_shared<RowsAtRandom>();
    rows->rows = foot_.rows;
    rows->bytes = bytes();
    rows->row_bytes = rows->bytes / static_cast<uint64_t>(std::max<Dim>(1, foot_.rows));
    rows->in_memory = most_in_memory(foot_);
    rows->open = [self](const char* where) {
      const std::lock_guard lock(self->mutex_);
      if (!self->random_) self->random_ = open_at_random(where, *self->file_, self->foot_);
      return std::shared_ptr<const RandomRows>(self, self->random_.get());
    };
    rows->numbers = [self](const char*) {
      std::vector<uint32_t> numbers(static_cast<size_t>(self->foot_.rows));
      std::iota(numbers.begin(), numbers.end(), 0u);
      return numbers;
    };
    return rows;
  }
  bool exceeds(size_t given) const override { return bytes() > given; }

 private:
  uint64_t bytes() const {
    uint64_t bytes = 0;
    for (const BlockPlace& block : foot_.blocks) bytes += block.bytes;
    return bytes;
  }

  struct Stored {
    const BlockPlace* place = nullptr;
    std::vector<char> bytes{};
    size_t after = 0;  // How many blocks of the order were read with it.
  };

  class Stream final : public RowStream {
   public:
    Stream(std::shared_ptr<const PackedRows> source, const char* where, std::vector<size_t> order,
           size_t first)
        : source_(std::move(source)),
          workers_(source_->foot_.compression == Compression::none ? 0 : workers_of(0)),
          reader_(*source_, where, std::move(order), first, std::max<size_t>(1, workers_)),
          blocks_(reader_, workers_) {}

    bool next(RowBlock& block) override { return blocks_.next(block); }
    Dim next_onto(GatheredRows& to, RowBlock& block) override {
      if (workers_ > 0) return RowStream::next_onto(to, block);
      poll_interrupt();
      if (!reader_.take(stored_)) return 0;
      block.after.assign(1, static_cast<int64_t>(stored_.after));
      return reader_.make_onto(stored_, to);
    }

   private:
    class Reader {
     public:
      Reader(const PackedRows& source, const char* where, std::vector<size_t> order, size_t first,
             size_t workers)
          : source_(source), where_(where), order_(std::move(order)), at_(first), unpacked_(workers) {}

      bool take(Stored& to) {
        if (at_ == order_.size()) return false;
        to.place = &source_.foot_.blocks[order_[at_++]];
        to.bytes.resize(to.place->stored);
        source_.file_->read(where_, to.place->begin, to.bytes);
        to.after = at_;
        return true;
      }
      void make(size_t worker, const Stored& stored, RowBlock& block) {
        decode(worker, stored, block);
        block.after.assign(1, static_cast<int64_t>(stored.after));
      }
      Dim make_onto(const Stored& stored, GatheredRows& to) {
        decode(0, stored, to);
        return stored.place->rows;
      }

     private:
      template <class Rows>
      void decode(size_t worker, const Stored& stored, Rows& to) {
        const bool same = XXH3_64bits(stored.bytes.data(), stored.bytes.size()) == stored.place->checksum;
        require(same);
        const std::string_view bytes = unpacked(stored, unpacked_[worker]);
        require(decode_rows(source_.foot_.schema, stored.place->rows, bytes, to));
      }
      void require(bool whole) const { source_.file_->require(whole, where_, "a block is damaged"); }
      std::string_view unpacked(const Stored& stored, std::vector<char>& to) const {
        const std::string_view given(stored.bytes.data(), stored.bytes.size());
        if (source_.foot_.compression == Compression::none) return given;
        to.resize(stored.place->bytes);
        const bool lz4 = source_.foot_.compression == Compression::lz4;
        const size_t made =
            lz4 ? static_cast<size_t>(LZ4_decompress_safe(
                      given.data(), to.data(), static_cast<int>(given.size()), static_cast<int>(to.size())))
                : ZSTD_decompress(to.data(), to.size(), given.data(), given.size());
        require(made == to.size());
        return {to.data(), to.size()};
      }

      const PackedRows& source_;
      const char* where_;
      std::vector<size_t> order_;
      size_t at_;
      std::vector<std::vector<char>> unpacked_;  // For each worker.
    };

    std::shared_ptr<const PackedRows> source_;
    size_t workers_;
    Reader reader_;
    Stored stored_{};
    InOrder<Reader, Stored, RowBlock> blocks_;
  };

  std::shared_ptr<const PackedFile> file_;
  Foot foot_;
  mutable std::mutex mutex_{};
  mutable std::unique_ptr<const RandomRows> random_{};  // Made when it is first wanted.
};

Dataset open_packed(const char* where, const std::string& path) {
  auto file = std::make_shared<const PackedFile>(where, path);
  Foot foot = file->foot(where);
  return Dataset(std::make_shared<const PackedRows>(std::move(file), std::move(foot)));
}

// As the foot, which is JSON, holds it.
Fingerprint shown(Fingerprint given) {
  for (auto& [name, is] : given) name = shown_utf8(name), is = shown_utf8(is);
  return given;
}

// What differs, in words; empty if nothing does.
std::string difference(const Fingerprint& is, const Fingerprint& wanted) {
  for (size_t i = 0; i < std::max(is.size(), wanted.size()); ++i) {
    if (i == is.size()) return text("'", wanted[i].first, "' is new");
    if (i == wanted.size() || is[i].first != wanted[i].first)
      return text("it was made of '", is[i].first, "'",
                  i < wanted.size() ? text(", and not of '", wanted[i].first, "'") : "");
    if (is[i].second != wanted[i].second)
      return text("'", is[i].first, "' is ", wanted[i].second, ", and was ", is[i].second);
  }
  return {};
}

bool exists(const std::string& path) {
  struct stat s;
  return ::stat(path.c_str(), &s) == 0;
}

// Whether a file that is no whole packed file may be written over: it is empty, or began as one of any
// version.
bool is_remains(const std::string& path) {
  char start[7] = {};
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  const size_t n = file ? std::fread(start, 1, sizeof start, file.get()) : 0;
  return file && std::memcmp(start, kPackedMagic, n) == 0;
}

}  // namespace

Dataset open(const std::string& path) { return open_packed("open", path); }

Dataset Dataset::pack(const std::string& path, const PackOptions& options) const {
  const Fingerprint fingerprint = shown(source_->fingerprint("pack"));
  Fingerprint wanted = fingerprint;
  wanted.emplace_back("compression", kCompressions[static_cast<size_t>(options.compression)]);
  if (options.shuffle) wanted.emplace_back("shuffle", text("seed ", *options.shuffle));
  std::string why;
  if (exists(checked_path("pack", path))) {
    try {
      const Dataset packed = open_packed("pack", path);
      why = difference(packed.fingerprint("pack"), wanted);
      if (why.empty()) {
        inform(
            text("pack: '", shown_utf8(path), "' has these rows already: ", packed.rows().value_or(0), "."));
        return packed;
      }
    } catch (const FileError&) {
      throw;
    } catch (const InvalidArgument& error) {
      why = error.what();
      LACUNA_REQUIRE(is_remains(path),
                     "pack: what is there must be a packed file, to be written over. Received: path='",
                     shown_utf8(path), "'.");
    }
    LACUNA_REQUIRE(!options.read_only,
                   "pack: with read_only, the file must be made of the same sources and settings. "
                   "Received: path='",
                   shown_utf8(path), "', and ", why, ".");
  } else {
    LACUNA_REQUIRE(!options.read_only, "pack: with read_only, the file must exist. Received: path='",
                   shown_utf8(path), "'.");
  }
  PackedWriter writer(path, schema(), options.compression);
  if (!why.empty()) warn(text("pack: ", shown_utf8(path), " is made anew: ", why, "."));
  std::optional<AsideFile> aside;
  std::optional<DealtRows> dealt;
  if (options.shuffle) dealt.emplace(aside.emplace("pack", path), schema(), *options.shuffle);
  const auto stream = open("pack");
  for (RowBlock block; stream->next(block); poll_interrupt()) {
    if (dealt) dealt->add(block);
    else writer.add(block, 0, block.rows);
  }
  if (dealt) dealt->give([&](const RowBlock& rows, Dim row) { writer.add(rows, row, row + 1); });
  // Of what was read: a source that changed meanwhile is not the one that the fingerprint names.
  const std::string changed = difference(fingerprint, shown(source_->fingerprint("pack")));
  LACUNA_REQUIRE(changed.empty(),
                 "pack: the sources must not change while they are read. Received: ", changed, ".");
  writer.finish(std::move(wanted), report().bad);
  Dataset packed = open_packed("pack", path);
  inform(text("pack: ", packed.rows().value_or(0), " rows are in '", shown_utf8(path), "', and ",
              report().bad, " bad ones are left out."));
  return packed;
}

}  // namespace lacuna::data
