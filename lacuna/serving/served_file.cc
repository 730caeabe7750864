#include "lacuna/serving/served_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "lacuna/base/error.h"
#include "lacuna/base/path.h"
#include "lacuna/base/seal.h"
#include "lacuna/base/utf8.h"

namespace lacuna::serving {
namespace {

static_assert(std::endian::native == std::endian::little, "served files have the lowest byte first");

constexpr uint64_t kAligned = 64;

struct Head {
  std::array<char, 8> word{};
  uint32_t version = 0, bytes = 0;  // Of the head.
  Place text{};
  uint64_t sealed = 0;  // Bytes before the seal.
  std::array<char, 24> rest{};
};
static_assert(sizeof(Head) == kAligned);

constexpr std::array<char, 8> kServedWord{'l', 'a', 'c', 'u', 'n', 'a', ' ', 'P'};
constexpr uint32_t kServedVersion = 1;

}  // namespace

ServedFile::ServedFile(const char* where, const std::string& path, bool check, bool mapped)
    : where_(where), path_(checked_path(where, path)) {
  const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (number < 0) path_failed(where, "the file must be readable", path, errno);
  struct Close {
    int number;
    ~Close() { ::close(number); }
  } const close{number};
  struct stat state {};
  if (::fstat(number, &state) != 0) path_failed(where, "the file must be readable", path, errno);
  if (S_ISDIR(state.st_mode)) path_failed(where, "the path must be that of a file", path, EISDIR);
  if (!S_ISREG(state.st_mode)) damaged("what is no file");
  file_ = std::make_shared<const MappedFile>(where, path, number);
  const uint64_t size = file_->size();
  if (size < sizeof(Head) + kSealBytes) damaged("a file that is too short");
  const uint64_t sealed = size - kSealBytes;
  Head head;
  std::string seal(kSealBytes, '\0');
  copy(0, &head, sizeof(head));
  copy(sealed, seal.data(), seal.size());
  if (head.word != kServedWord) damaged("one of another kind; export writes such files");
  if (head.version != kServedVersion || head.bytes != sizeof(Head))
    damaged(text("version ", head.version, ", where this library knows ", kServedVersion));
  if (!is_seal(seal) || head.sealed != sealed) damaged("a file that was cut or has other bytes at its end");
  if (!mapped) {
    auto all = std::make_shared<Buffer>();
    all->resize(sealed);
    copy(0, all->data(), sealed);
    bytes_ = Buffer::view(all->data(), sealed, all);
  } else {
    const std::byte* first = nullptr;
    file_->guarded(where, [&first](const std::byte* bytes) { first = bytes; });
    bytes_ = Buffer::view(first, sealed, file_);
  }
  if (check) {
    Checksum sum;
    const Buffer& all = bytes_;
    file_->guarded(where, [&](const std::byte*) {
      sum.add({reinterpret_cast<const char*>(all.data()), static_cast<size_t>(sealed)});
    });
    if (sum.seal() != seal) damaged("bytes that do not match its seal");
  }
  text_place_ = head.text;
  section(text_place_);
}

void ServedFile::copy(uint64_t from, void* to, size_t count) const {
  file_->copy(where_, from, static_cast<std::byte*>(to), count);
}

void ServedFile::damaged(const std::string& received) const {
  throw InvalidArgument(where_, ": the file must be one that export wrote, and whole. Received: path='",
                        shown_utf8(path_), "', ", received, ".");
}

std::string ServedFile::json() const {
  const Buffer place = section(text_place_);
  std::string result(place.bytes(), '\0');
  if (bytes_.data() != nullptr && !result.empty()) std::memcpy(result.data(), place.data(), place.bytes());
  return result;
}

Buffer ServedFile::section(Place place) const {
  const uint64_t size = bytes_.bytes();
  if (place.offset % kAligned || place.offset > size || place.bytes > size - place.offset ||
      size - place.offset - place.bytes < kAligned)
    damaged(text("a section of ", place.bytes, " bytes at ", place.offset, " of ", size));
  // It shares the owner of all bytes.
  return Buffer::view(bytes_.data() + place.offset, place.bytes, std::make_shared<Buffer>(bytes_));
}

ServedFileWriter::ServedFileWriter(const char* where, const std::string& path)
    : where_(where),
      path_(path),
      replaced_(where, path),
      out_(replaced_.temporary(), std::ios::binary | std::ios::trunc) {
  const Head none;
  write(&none, sizeof(none));
}

void ServedFileWriter::write(const void* bytes, size_t count) {
  out_.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(count));
  if (!out_) path_failed(where_, "the file must be written", path_, errno ? errno : EIO);
  at_ += count;
}

void ServedFileWriter::pad() {
  static constexpr std::array<char, 2 * kAligned> kZeros{};
  write(kZeros.data(), kAligned + (kAligned - at_ % kAligned) % kAligned);
}

void ServedFileWriter::begin() { begun_ = at_; }
void ServedFileWriter::add(std::span<const std::byte> bytes) { write(bytes.data(), bytes.size()); }

Place ServedFileWriter::end() {
  const Place result{begun_, at_ - begun_};
  pad();
  return result;
}

Place ServedFileWriter::section(std::span<const std::byte> bytes) {
  begin();
  add(bytes);
  return end();
}

uint64_t ServedFileWriter::finish(std::string_view text) {
  Head head{.word = kServedWord, .version = kServedVersion, .bytes = sizeof(Head)};
  head.text = section(std::as_bytes(std::span(text)));
  head.sealed = at_;
  out_.seekp(0);
  const uint64_t sealed = at_;
  write(&head, sizeof(head));
  out_.close();
  if (!out_) path_failed(where_, "the file must be written", path_, errno ? errno : EIO);
  replaced_.finish();
  return sealed + kSealBytes;
}

}  // namespace lacuna::serving
