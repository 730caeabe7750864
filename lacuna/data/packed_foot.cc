// Reads and writes the foot, which is JSON.
#include "lacuna/data/packed_foot.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"

namespace lacuna::data {
namespace {

using nlohmann::json;

constexpr size_t kEndBytes = 24;
constexpr uint64_t kMostBlockBytes = uint64_t{1} << 40;
constexpr Dim kMostBlockRows = Dim{1} << 31;
constexpr const char* kRoles[] = {"input", "target", "sample_weight", "query"};
constexpr const char* kMust = "the packed file must be readable";

template <class Enum, size_t N>
Enum value_of(const char* const (&names)[N], const std::string& name) {
  for (size_t i = 0; i < N; ++i)
    if (name == names[i]) return static_cast<Enum>(i);
  throw std::invalid_argument(name);
}

// Whether a part of a row may be so: a row has fewer than 2^31 values, so that blocks of rows can be counted.
bool is_possible(const Spec& spec) {
  if (spec.shape.empty() || spec.shape[0] != None) return false;
  if (spec.storage == Storage::csr)
    return spec.shape.size() == 2 && spec.shape[1] >= 0 && spec.dtype != DType::string;
  Dim values = 1;
  return std::all_of(spec.shape.begin() + 1, spec.shape.end(), [&](Dim size) {
    return size >= 0 && !__builtin_mul_overflow(values, size, &values) && values < kMostBlockRows;
  });
}

bool is_possible(const RowPart& part) {
  return is_possible(part.spec) && std::ranges::all_of(part.columns, [&](const ColumnRange& c) {
           const bool csr = part.spec.storage == Storage::csr;
           return c.begin >= 0 && c.begin <= c.end && c.id >= 0 && part.spec.shape.size() == 2 &&
                  (csr ? c.end <= part.spec.shape[1]
                       : c.id < part.spec.shape[1] && !is_float(part.spec.dtype));
         });
}

// Throws exceptions of nlohmann, or others, if it is no foot.
Foot from_json(const json& given) {
  Foot foot;
  foot.compression = value_of<Compression>(kCompressions, given.at("compression").get<std::string>());
  for (const json& part : given.at("schema")) {
    foot.schema.push_back({part.at(0).get<std::string>(),
                           value_of<Role>(kRoles, part.at(1).get<std::string>()),
                           {part.at(2).get<Shape>(), dtype_from_name(part.at(3).get<std::string>(), true),
                            part.at(4).get<bool>() ? Storage::csr : Storage::dense}});
    if (part.size() == 5) continue;  // Of an older version.
    for (const json& c : part.at(5))
      foot.schema.back().columns.push_back(
          {c.at(0).get<std::string>(), c.at(1).get<Dim>(), c.at(2).get<Dim>(), c.at(3).get<Dim>()});
  }
  for (const json& source : given.at("sources"))
    foot.fingerprint.emplace_back(source.at(0).get<std::string>(), source.at(1).get<std::string>());
  foot.rows = given.at("rows").get<Dim>();
  foot.bad = given.at("bad").get<int64_t>();
  for (const json& b : given.at("blocks"))
    foot.blocks.push_back({b.at(0).get<uint64_t>(), b.at(1).get<uint64_t>(), b.at(2).get<uint64_t>(),
                           b.at(3).get<uint64_t>(), b.at(4).get<Dim>()});
  return foot;
}

}  // namespace

std::string to_text(const Foot& foot) {
  json parts = json::array(), blocks = json::array(), sources = json::array();
  for (const RowPart& part : foot.schema) {
    json columns = json::array();
    for (const ColumnRange& c : part.columns) columns.push_back({c.name, c.begin, c.end, c.id});
    parts.push_back({part.name, kRoles[static_cast<size_t>(part.role)], part.spec.shape,
                     name_of(part.spec.dtype), part.spec.storage == Storage::csr, columns});
  }
  for (const BlockPlace& b : foot.blocks) blocks.push_back({b.begin, b.stored, b.bytes, b.checksum, b.rows});
  for (const auto& [name, is] : foot.fingerprint) sources.push_back({name, is});
  const json all{{"compression", kCompressions[static_cast<size_t>(foot.compression)]},
                 {"schema", parts},
                 {"sources", sources},
                 {"rows", foot.rows},
                 {"bad", foot.bad},
                 {"blocks", blocks}};
  return all.dump(-1, ' ', false, json::error_handler_t::replace);
}

PackedFile::PackedFile(const char* where, const std::string& path) : path_(path) {
  file_ = ::open(checked_path(where, path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0) path_failed(where, kMust, path, errno);
}

PackedFile::~PackedFile() { ::close(file_); }

void PackedFile::require(bool holds, const char* where, const char* why) const {
  LACUNA_REQUIRE(holds, where,
                 ": the file must be a packed file, whole and as it was written. Received: path='",
                 shown_utf8(path_), "' (", why, ").");
}

uint64_t PackedFile::size(const char* where) const {
  struct stat s;
  if (::fstat(file_, &s) != 0) path_failed(where, kMust, path_, errno);
  require(S_ISREG(s.st_mode), where, "it is no regular file");
  return static_cast<uint64_t>(s.st_size);
}

void PackedFile::read(const char* where, uint64_t from, std::vector<char>& to) const {
  for (size_t done = 0; done < to.size();) {
    const ssize_t n = ::pread(file_, to.data() + done, to.size() - done, static_cast<off_t>(from + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) path_failed(where, kMust, path_, errno);
    require(n > 0, where, "it was cut short");
    done += static_cast<size_t>(n);
  }
}

Foot PackedFile::foot(const char* where) const {
  const uint64_t all = size(where);
  require(all >= 8 + kEndBytes, where, "it is too short");
  std::vector<char> end(kEndBytes);
  read(where, all - kEndBytes, end);
  uint64_t begin = 0, checksum = 0;
  std::memcpy(&begin, end.data(), 8);
  std::memcpy(&checksum, end.data() + 8, 8);
  require(std::memcmp(end.data() + 16, kPackedMagic, 7) == 0, where, "it does not end as one");
  require(end.back() == kPackedMagic[7], where, "it has another version");
  require(begin >= 8 && begin <= all - kEndBytes, where, "its end is damaged");
  std::vector<char> bytes(all - kEndBytes - begin);
  read(where, begin, bytes);
  require(XXH3_64bits(bytes.data(), bytes.size()) == checksum, where, "its foot is damaged");
  Foot foot;
  try {
    foot = from_json(json::parse(bytes.begin(), bytes.end()));
  } catch (const std::exception&) {
    require(false, where, "its foot is damaged");
  }
  Dim rows = 0;
  for (const BlockPlace& block : foot.blocks) {
    const bool inside =
        block.begin <= begin && block.stored <= begin - block.begin && block.bytes <= kMostBlockBytes;
    require(inside && block.rows > 0 && block.rows <= kMostBlockRows, where, "its blocks are damaged");
    rows += block.rows;
  }
  require(rows == foot.rows && foot.bad >= 0, where, "its blocks are damaged");
  for (const RowPart& part : foot.schema) require(is_possible(part), where, "its schema is damaged");
  return foot;
}

}  // namespace lacuna::data
