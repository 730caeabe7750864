// Reads gz, xz, bz2 and plain files by zlib, liblzma and libbz2.
#include "lacuna/data/byte_source.h"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <vector>

#include "lacuna/base/path.h"

namespace lacuna::data {
namespace {

// The base of all sources: knows the path, for errors.
class NamedSource : public ByteSource {
 protected:
  NamedSource(const std::string& path, const char* where) : path_(path), where_(where) {}

  void require_open(bool open) const {
    if (!open) path_failed(where_, "the file must be readable", path_, errno ? errno : ENOMEM);
  }
  [[noreturn]] void fail(const char* why) const {
    throw InvalidArgument(where_, ": the file must be whole and readable. Received: path='", path_, "' (",
                          why, ").");
  }

 private:
  std::string path_;
  const char* where_;
};

// A gz file, or one that is not compressed.
class Gz final : public NamedSource {
 public:
  Gz(const std::string& path, const char* where) : NamedSource(path, where) {
    errno = 0;
    file_.reset(gzopen(path.c_str(), "rb"));
    require_open(file_ != nullptr);
    gzbuffer(file_.get(), 1 << 18);
  }

  size_t read(char* to, size_t room) override {
    const int n = gzread(file_.get(), to, static_cast<unsigned>(std::min<size_t>(room, 1 << 30)));
    int error = Z_OK;
    const char* why = gzerror(file_.get(), &error);  // Z_BUF_ERROR: the file is truncated.
    if (n < 0 || (n == 0 && error != Z_OK)) fail(error == Z_ERRNO ? std::strerror(errno) : why);
    return static_cast<size_t>(n);
  }
  bool packed() const override { return !gzdirect(file_.get()); }
  double position() const override { return static_cast<double>(gzoffset(file_.get())); }

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };
  std::unique_ptr<gzFile_s, Close> file_{};
};

// The base of Xz and Bz2: reads the compressed bytes piece by piece.
class Packed : public NamedSource {
 public:
  bool packed() const override { return true; }
  double position() const override { return position_; }

 protected:
  Packed(const std::string& path, const char* where) : NamedSource(path, where), piece_(size_t{1} << 18) {
    file_.reset(std::fopen(path.c_str(), "rb"));
    require_open(file_ != nullptr);
  }

  // The next piece; empty at the end.
  std::string_view next_piece() {
    const size_t n = std::fread(piece_.data(), 1, piece_.size(), file_.get());
    if (std::ferror(file_.get())) fail(std::strerror(errno));
    position_ += static_cast<double>(n);
    return {piece_.data(), n};
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_{};
  std::vector<char> piece_;
  double position_ = 0;
};

class Xz final : public Packed {
 public:
  Xz(const std::string& path, const char* where) : Packed(path, where) {
    if (lzma_stream_decoder(&stream_, UINT64_MAX, LZMA_CONCATENATED) != LZMA_OK) throw std::bad_alloc();
  }
  ~Xz() override { lzma_end(&stream_); }

  size_t read(char* to, size_t room) override {
    stream_.next_out = reinterpret_cast<uint8_t*>(to);
    stream_.avail_out = room;
    while (!ended_ && stream_.avail_out == room) {
      if (stream_.avail_in == 0) {
        const std::string_view piece = next_piece();
        stream_.next_in = reinterpret_cast<const uint8_t*>(piece.data());
        stream_.avail_in = piece.size();
      }
      const lzma_ret result = lzma_code(&stream_, stream_.avail_in ? LZMA_RUN : LZMA_FINISH);
      if (result == LZMA_MEM_ERROR) throw std::bad_alloc();
      if (result == LZMA_BUF_ERROR) fail("unexpected end of file");
      if (result != LZMA_OK && result != LZMA_STREAM_END) fail("damaged xz data");
      ended_ = result == LZMA_STREAM_END;
    }
    return room - stream_.avail_out;
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ended_ = false;
};

class Bz2 final : public Packed {
 public:
  Bz2(const std::string& path, const char* where) : Packed(path, where) {}
  ~Bz2() override { end(); }

  size_t read(char* to, size_t room) override {
    stream_.next_out = to;
    const auto wanted = static_cast<unsigned>(std::min<size_t>(room, 1 << 30));
    stream_.avail_out = wanted;
    while (stream_.avail_out == wanted) {
      if (stream_.avail_in == 0) {
        const std::string_view piece = next_piece();
        if (piece.empty() && !open_) break;
        if (piece.empty()) fail("unexpected end of file");
        stream_.next_in = const_cast<char*>(piece.data());  // The API of libbz2 has no const.
        stream_.avail_in = static_cast<unsigned>(piece.size());
      }
      if (!open_ && BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
      open_ = true;
      const int result = BZ2_bzDecompress(&stream_);
      if (result == BZ_MEM_ERROR) throw std::bad_alloc();
      if (result != BZ_OK && result != BZ_STREAM_END) fail("damaged bz2 data");
      if (result == BZ_STREAM_END) end();  // Another stream may follow: parallel compressors write several.
    }
    return wanted - stream_.avail_out;
  }

 private:
  void end() {
    if (open_) BZ2_bzDecompressEnd(&stream_);
    open_ = false;
  }

  bz_stream stream_{};
  bool open_ = false;
};

// The first bytes of a file; empty for a pipe, which cannot be read twice.
std::string beginning(const std::string& path) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(path, unknown)) return {};
  std::string bytes(6, '\0');
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  bytes.resize(file ? std::fread(bytes.data(), 1, bytes.size(), file.get()) : 0);
  return bytes;
}

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::string& path, const char* where) {
  using namespace std::string_view_literals;
  const std::string bytes = beginning(checked_path(where, path));
  if (bytes.starts_with("\xFD"
                        "7zXZ\0"sv))
    return std::make_unique<Xz>(path, where);
  if (bytes.starts_with("BZh")) return std::make_unique<Bz2>(path, where);
  return std::make_unique<Gz>(path, where);
}

}  // namespace lacuna::data
