// Writes and reads packed files.
//   8 bytes   kMagic
//   blocks    as encode_rows makes them, compressed or not, one after another
//   foot      JSON
//   24 bytes  where the foot starts, its XXH3, kMagic
#include "lacuna/data/packed_file.h"

#include <fcntl.h>
#include <lz4.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "lacuna/base/message.h"
#include "lacuna/base/path.h"
#include "lacuna/base/random.h"
#include "lacuna/base/replace_file.h"
#include "lacuna/data/gathered_rows.h"
#include "lacuna/data/in_order.h"
#include "lacuna/data/row_coding.h"
#include "lacuna/data/text_dataset.h"

namespace lacuna::data {
namespace {

using nlohmann::json;

constexpr char kMagic[9] = "LACUNAP1";  // The last character is the version.
constexpr size_t kEndBytes = 24;
constexpr size_t kBlockBytes = size_t{1} << 20;  // Of rows in memory, about.
constexpr uint64_t kMostBlockBytes = uint64_t{1} << 40;
constexpr Dim kMostBlockRows = Dim{1} << 31;

struct BlockPlace {
  uint64_t begin = 0, stored = 0, bytes = 0, checksum = 0;
  Dim rows = 0;
};

// All that the foot tells.
struct Foot {
  Compression compression = Compression::none;
  Schema schema{};
  Fingerprint fingerprint{};
  std::vector<BlockPlace> blocks{};
  Dim rows = 0;
  int64_t bad = 0;
};

constexpr const char* kRoles[] = {"input", "target", "sample_weight", "query"};
constexpr const char* kCompressions[] = {"none", "lz4", "zstd"};

template <class Enum, size_t N>
Enum value_of(const char* const (&names)[N], const std::string& name) {
  for (size_t i = 0; i < N; ++i)
    if (name == names[i]) return static_cast<Enum>(i);
  throw std::invalid_argument(name);
}

json to_json(const Foot& foot) {
  json parts = json::array(), blocks = json::array(), sources = json::array();
  for (const RowPart& part : foot.schema)
    parts.push_back({part.name, kRoles[static_cast<size_t>(part.role)], part.spec.shape,
                     name_of(part.spec.dtype), part.spec.storage == Storage::csr});
  for (const BlockPlace& b : foot.blocks) blocks.push_back({b.begin, b.stored, b.bytes, b.checksum, b.rows});
  for (const auto& [name, is] : foot.fingerprint) sources.push_back({name, is});
  return {{"compression", kCompressions[static_cast<size_t>(foot.compression)]},
          {"schema", parts},
          {"sources", sources},
          {"rows", foot.rows},
          {"bad", foot.bad},
          {"blocks", blocks}};
}

// Throws exceptions of nlohmann, or others, if it is no foot.
Foot from_json(const json& given) {
  Foot foot;
  foot.compression = value_of<Compression>(kCompressions, given.at("compression").get<std::string>());
  for (const json& part : given.at("schema"))
    foot.schema.push_back({part.at(0).get<std::string>(),
                           value_of<Role>(kRoles, part.at(1).get<std::string>()),
                           {part.at(2).get<Shape>(), dtype_from_name(part.at(3).get<std::string>()),
                            part.at(4).get<bool>() ? Storage::csr : Storage::dense}});
  for (const json& source : given.at("sources"))
    foot.fingerprint.emplace_back(source.at(0).get<std::string>(), source.at(1).get<std::string>());
  foot.rows = given.at("rows").get<Dim>();
  foot.bad = given.at("bad").get<int64_t>();
  for (const json& b : given.at("blocks"))
    foot.blocks.push_back({b.at(0).get<uint64_t>(), b.at(1).get<uint64_t>(), b.at(2).get<uint64_t>(),
                           b.at(3).get<uint64_t>(), b.at(4).get<Dim>()});
  return foot;
}

// A file that is read at places.
class PackedFile {
 public:
  PackedFile(const char* where, const std::string& path) : path_(path) {
    file_ = ::open(checked_path(where, path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file_ < 0) path_failed(where, kMust, path, errno);
  }
  ~PackedFile() { ::close(file_); }
  PackedFile(const PackedFile&) = delete;
  PackedFile& operator=(const PackedFile&) = delete;

  const std::string& path() const { return path_; }

  uint64_t size(const char* where) const {
    struct stat s;
    if (::fstat(file_, &s) != 0) path_failed(where, kMust, path_, errno);
    require(S_ISREG(s.st_mode), where, "it is no regular file");
    return static_cast<uint64_t>(s.st_size);
  }
  // Read and not mapped: if the file shrinks meanwhile, that is an error, and no signal.
  void read(const char* where, uint64_t from, std::vector<char>& to) const {
    for (size_t done = 0; done < to.size();) {
      const ssize_t n = ::pread(file_, to.data() + done, to.size() - done, static_cast<off_t>(from + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) path_failed(where, kMust, path_, errno);
      require(n > 0, where, "it was cut short");
      done += static_cast<size_t>(n);
    }
  }
  void require(bool holds, const char* where, const char* why) const {
    LACUNA_REQUIRE(holds, where,
                   ": the file must be a packed file, whole and as it was written. Received: path='", path_,
                   "' (", why, ").");
  }

 private:
  static constexpr const char* kMust = "the packed file must be readable";
  std::string path_;
  int file_;
};

Foot read_foot(const char* where, const PackedFile& file) {
  const uint64_t size = file.size(where);
  file.require(size >= sizeof(kMagic) - 1 + kEndBytes, where, "it is too short");
  std::vector<char> end(kEndBytes);
  file.read(where, size - kEndBytes, end);
  uint64_t begin = 0, checksum = 0;
  std::memcpy(&begin, end.data(), 8);
  std::memcpy(&checksum, end.data() + 8, 8);
  file.require(std::memcmp(end.data() + 16, kMagic, 8) == 0, where, "it does not end as one");
  file.require(begin >= 8 && begin <= size - kEndBytes, where, "its end is damaged");
  std::vector<char> bytes(size - kEndBytes - begin);
  file.read(where, begin, bytes);
  file.require(XXH3_64bits(bytes.data(), bytes.size()) == checksum, where, "its foot is damaged");
  Foot foot;
  try {
    foot = from_json(json::parse(bytes.begin(), bytes.end()));
  } catch (const std::exception&) {
    file.require(false, where, "its foot is damaged");
  }
  Dim rows = 0;
  for (const BlockPlace& block : foot.blocks) {
    const bool inside =
        block.begin <= begin && block.stored <= begin - block.begin && block.bytes <= kMostBlockBytes;
    file.require(inside && block.rows > 0 && block.rows <= kMostBlockRows, where, "its blocks are damaged");
    rows += block.rows;
  }
  file.require(rows == foot.rows && foot.bad >= 0, where, "its blocks are damaged");
  for (const RowPart& part : foot.schema) {
    const Shape& shape = part.spec.shape;
    const bool known = !shape.empty() && shape[0] == None &&
                       std::none_of(shape.begin() + 1, shape.end(), [](Dim d) { return d < 0; });
    file.require(known && (part.spec.storage == Storage::dense || shape.size() == 2), where,
                 "its schema is damaged");
  }
  return foot;
}

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
    uint64_t bytes = 0;
    for (const BlockPlace& block : foot_.blocks) bytes += block.bytes;
    if (order.key != 0 && bytes > order.bytes) Generator(mix(order.key)).shuffle(std::span(blocks));
    return std::make_unique<Stream>(shared_from_this(), where, std::move(blocks));
  }

 private:
  struct Stored {
    const BlockPlace* place = nullptr;
    std::vector<char> bytes{};
  };

  class Stream final : public RowStream {
   public:
    Stream(std::shared_ptr<const PackedRows> source, const char* where, std::vector<size_t> order)
        : source_(std::move(source)),
          workers_(source_->foot_.compression == Compression::none ? 0 : workers_of(0)),
          reader_(*source_, where, std::move(order), std::max<size_t>(1, workers_)),
          blocks_(reader_, workers_) {}

    bool next(RowBlock& block) override { return blocks_.next(block); }

   private:
    class Reader {
     public:
      Reader(const PackedRows& source, const char* where, std::vector<size_t> order, size_t workers)
          : source_(source), where_(where), order_(std::move(order)), unpacked_(workers) {}

      bool take(Stored& to) {
        if (at_ == order_.size()) return false;
        to.place = &source_.foot_.blocks[order_[at_++]];
        to.bytes.resize(to.place->stored);
        source_.file_->read(where_, to.place->begin, to.bytes);
        return true;
      }
      void make(size_t worker, const Stored& stored, RowBlock& block) {
        const PackedFile& file = *source_.file_;
        const bool same = XXH3_64bits(stored.bytes.data(), stored.bytes.size()) == stored.place->checksum;
        file.require(same, where_, "a block is damaged");
        const std::string_view bytes = unpacked(stored, unpacked_[worker]);
        file.require(decode_rows(source_.foot_.schema, stored.place->rows, bytes, block), where_,
                     "a block is damaged");
      }

     private:
      std::string_view unpacked(const Stored& stored, std::vector<char>& to) const {
        const std::string_view given(stored.bytes.data(), stored.bytes.size());
        if (source_.foot_.compression == Compression::none) return given;
        to.resize(stored.place->bytes);
        const bool lz4 = source_.foot_.compression == Compression::lz4;
        const size_t made =
            lz4 ? static_cast<size_t>(LZ4_decompress_safe(
                      given.data(), to.data(), static_cast<int>(given.size()), static_cast<int>(to.size())))
                : ZSTD_decompress(to.data(), to.size(), given.data(), given.size());
        source_.file_->require(made == to.size(), where_, "a block is damaged");
        return {to.data(), to.size()};
      }

      const PackedRows& source_;
      const char* where_;
      std::vector<size_t> order_;
      size_t at_ = 0;
      std::vector<std::vector<char>> unpacked_;  // For each worker.
    };

    std::shared_ptr<const PackedRows> source_;
    size_t workers_;
    Reader reader_;
    InOrder<Reader, Stored, RowBlock> blocks_;
  };

  std::shared_ptr<const PackedFile> file_;
  Foot foot_;
};

Dataset open_packed(const char* where, const std::string& path) {
  auto file = std::make_shared<const PackedFile>(where, path);
  Foot foot = read_foot(where, *file);
  return Dataset(std::make_shared<const PackedRows>(std::move(file), std::move(foot)));
}

class Writer {
 public:
  Writer(const std::string& path, const Schema& schema, Compression compression)
      : replace_("pack", path),
        path_(path),
        file_(std::fopen(replace_.temporary().c_str(), "wb")),
        waiting_(schema) {
    if (!file_) path_failed("pack", kMust, path, errno);
    foot_.compression = compression;
    foot_.schema = schema;
    write(kMagic, 8);
  }

  void add(const RowBlock& rows) {
    // Blocks of about the same size whatever the blocks of the source: the parser's depend on its text.
    waiting_.append(rows, 0, rows.rows);
    if (waiting_.bytes() >= kBlockBytes) write_block();
  }

  void finish(Fingerprint fingerprint, int64_t bad) {
    if (waiting_.rows() > 0) write_block();
    foot_.fingerprint = std::move(fingerprint);
    foot_.bad = bad;
    const std::string foot = to_json(foot_).dump(-1, ' ', false, json::error_handler_t::replace);
    const uint64_t begin = at_, checksum = XXH3_64bits(foot.data(), foot.size());
    write(foot.data(), foot.size());
    write(&begin, 8);
    write(&checksum, 8);
    write(kMagic, 8);
    if (std::fclose(file_.release()) != 0) path_failed("pack", kMust, path_, errno);
    replace_.finish(false);
  }

 private:
  static constexpr const char* kMust = "the packed file must be written whole";
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void write_block() {
    RowBlock rows{.rows = waiting_.rows(), .parts = waiting_.take()};
    raw_.clear();
    encode_rows(foot_.schema, rows, raw_);
    std::string_view stored(raw_.data(), raw_.size());
    if (foot_.compression != Compression::none) stored = packed();
    foot_.blocks.push_back(
        {at_, stored.size(), raw_.size(), XXH3_64bits(stored.data(), stored.size()), rows.rows});
    foot_.rows += rows.rows;
    write(stored.data(), stored.size());
  }

  std::string_view packed() {
    const bool lz4 = foot_.compression == Compression::lz4;
    LACUNA_REQUIRE(raw_.size() <= LZ4_MAX_INPUT_SIZE,
                   "pack: a row must be smaller than 2 GB. Received: ", raw_.size(), " bytes.");
    packed_.resize(lz4 ? static_cast<size_t>(LZ4_compressBound(static_cast<int>(raw_.size())))
                       : ZSTD_compressBound(raw_.size()));
    const size_t size = lz4 ? static_cast<size_t>(LZ4_compress_default(raw_.data(), packed_.data(),
                                                                       static_cast<int>(raw_.size()),
                                                                       static_cast<int>(packed_.size())))
                            : ZSTD_compress(packed_.data(), packed_.size(), raw_.data(), raw_.size(), 3);
    if (size == 0 || (!lz4 && ZSTD_isError(size))) throw std::bad_alloc();
    return {packed_.data(), size};
  }

  void write(const void* bytes, size_t size) {
    if (size && std::fwrite(bytes, 1, size, file_.get()) != size) path_failed("pack", kMust, path_, errno);
    at_ += size;
  }

  ReplaceFile replace_;
  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  GatheredRows waiting_;
  Foot foot_{};
  std::vector<char> raw_{}, packed_{};
  uint64_t at_ = 0;
};

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

}  // namespace

Dataset open(const std::string& path) { return open_packed("open", path); }

Dataset Dataset::pack(const std::string& path, const PackOptions& options) const {
  const Fingerprint fingerprint = source_->fingerprint("pack");
  Fingerprint wanted = fingerprint;
  wanted.emplace_back("compression", kCompressions[static_cast<size_t>(options.compression)]);
  std::string why;
  if (exists(checked_path("pack", path))) {
    try {
      const Dataset packed = open_packed("pack", path);
      why = difference(packed.fingerprint("pack"), wanted);
      if (why.empty()) return packed;
    } catch (const FileError&) {
      throw;
    } catch (const InvalidArgument& error) {
      why = error.what();
    }
    LACUNA_REQUIRE(!options.read_only,
                   "pack: with read_only, the file must be made of the same sources and settings. "
                   "Received: path='",
                   path, "', and ", why, ".");
  } else {
    LACUNA_REQUIRE(!options.read_only, "pack: with read_only, the file must exist. Received: path='", path,
                   "'.");
  }
  Writer writer(path, schema(), options.compression);
  if (!why.empty()) warn(text("pack: ", path, " is made anew: ", why, "."));
  const auto stream = open("pack");
  for (RowBlock block; stream->next(block); poll_interrupt()) writer.add(block);
  // Of what was read: a source that changed meanwhile is not the one that the fingerprint names.
  const std::string changed = difference(fingerprint, source_->fingerprint("pack"));
  LACUNA_REQUIRE(changed.empty(),
                 "pack: the sources must not change while they are read. Received: ", changed, ".");
  writer.finish(std::move(wanted), report().bad);
  return open_packed("pack", path);
}

}  // namespace lacuna::data
