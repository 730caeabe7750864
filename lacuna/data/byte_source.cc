// Reads gz, xz, bz2, zst, lz4 and plain files by their libraries.
#include "lacuna/data/byte_source.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#if __has_include(<isa-l/igzip_lib.h>)
#include <isa-l/igzip_lib.h>
#define LACUNA_ISAL
#endif

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <thread>
#include <vector>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"

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
    throw InvalidArgument(where_, ": the file must be whole and readable. Received: path='",
                          shown_utf8(path_), "' (", why, ").");
  }

 private:
  std::string path_;
  const char* where_;
};

// Lets the program answer a signal that ended a wait: it may end the reading by an exception.
void answer_signal() {
  std::this_thread::sleep_for(std::chrono::milliseconds(60));  // Polls are at least 50 ms apart.
  poll_interrupt();
}

// A gz file, or one that is not compressed.
class Gz final : public NamedSource {
 public:
  Gz(const std::string& path, const char* where) : NamedSource(path, where) {
    for (;;) {
      errno = 0;
      file_.reset(gzopen(path.c_str(), "rbe"));
      if (file_ || errno != EINTR) break;
      answer_signal();  // It came while a pipe had no writer.
    }
    require_open(file_ != nullptr);
    gzbuffer(file_.get(), 1 << 18);
  }

  size_t read(char* to, size_t room) override {
    const int n = gzread(file_.get(), to, static_cast<unsigned>(std::min<size_t>(room, 1 << 30)));
    int error = Z_OK;
    const char* why = gzerror(file_.get(), &error);  // Z_BUF_ERROR: the file is truncated.
    if (n >= 0 && (n > 0 || error == Z_OK)) return static_cast<size_t>(n);
    const int number = error == Z_ERRNO ? errno : 0;
    // Zlib may have lost bytes of the pipe, so that it cannot go on.
    if (number == EINTR) answer_signal();
    fail(number ? std::strerror(number) : why);
  }
  // Where the text is not compressed, zlib moves in the file, once it has seen how that begins.
  void skip(uint64_t bytes) override {
    char first = 0;
    if (bytes > 0 && read(&first, 1) == 1) --bytes;
    if (gzseek(file_.get(), static_cast<z_off_t>(bytes), SEEK_CUR) < 0) ByteSource::skip(bytes);
  }
  bool packed() const override { return !gzdirect(file_.get()); }
  double position() const override { return static_cast<double>(gzoffset(file_.get())); }

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };
  std::unique_ptr<gzFile_s, Close> file_{};
};

// The base of the sources below: reads the compressed bytes piece by piece.
class Packed : public NamedSource {
 public:
  bool packed() const override { return true; }
  double position() const override { return position_; }

 protected:
  Packed(const std::string& path, const char* where) : NamedSource(path, where), piece_(size_t{1} << 18) {
    file_.reset(std::fopen(path.c_str(), "rbe"));
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

// Zstandard, which may be several frames.
class Zst final : public Packed {
 public:
  Zst(const std::string& path, const char* where) : Packed(path, where), stream_(ZSTD_createDStream()) {
    if (!stream_) throw std::bad_alloc();
  }

  size_t read(char* to, size_t room) override {
    ZSTD_outBuffer out{to, room, 0};
    while (out.pos == 0) {
      if (in_.pos == in_.size && !full_) {
        const std::string_view piece = next_piece();
        in_ = {piece.data(), piece.size(), 0};
        if (piece.empty() && within_) fail("unexpected end of file");
        if (piece.empty()) break;
      }
      const size_t left = ZSTD_decompressStream(stream_.get(), &out, &in_);
      if (ZSTD_isError(left)) fail(ZSTD_getErrorName(left));
      within_ = left != 0;
      full_ = out.pos == out.size;  // There may be more without further input.
    }
    return out.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  ZSTD_inBuffer in_{};
  bool within_ = false, full_ = false;  // Within a frame; the last output was full.
};

// LZ4 in frames.
class Lz4 final : public Packed {
 public:
  Lz4(const std::string& path, const char* where) : Packed(path, where) {
    if (LZ4F_isError(LZ4F_createDecompressionContext(&stream_, LZ4F_VERSION))) throw std::bad_alloc();
  }
  ~Lz4() override { LZ4F_freeDecompressionContext(stream_); }

  size_t read(char* to, size_t room) override {
    size_t made = 0;
    while (made == 0) {
      if (piece_.empty() && !full_) {
        piece_ = next_piece();
        if (piece_.empty() && within_) fail("unexpected end of file");
        if (piece_.empty()) break;
      }
      size_t used = piece_.size();
      made = room;
      const size_t left = LZ4F_decompress(stream_, to, &made, piece_.data(), &used, nullptr);
      if (LZ4F_isError(left)) fail(LZ4F_getErrorName(left));
      piece_.remove_prefix(used);
      within_ = left != 0;
      full_ = made == room;
    }
    return made;
  }

 private:
  LZ4F_dctx* stream_ = nullptr;
  std::string_view piece_{};
  bool within_ = false, full_ = false;
};

#ifdef LACUNA_ISAL
// A gz file by ISA-L, some three times as fast as zlib. bgzf and what parallel compressors write is many gz
// members.
class FastGz final : public Packed {
 public:
  FastGz(const std::string& path, const char* where) : Packed(path, where) { begin_member(); }

  size_t read(char* to, size_t room) override {
    const auto wanted = static_cast<uint32_t>(std::min<size_t>(room, 1 << 30));
    state_.next_out = reinterpret_cast<uint8_t*>(to);
    state_.avail_out = wanted;
    while (!ended_ && state_.avail_out == wanted) {
      if (state_.avail_in == 0 && !refill()) break;
      if (state_.block_state == ISAL_BLOCK_FINISH && !next_member()) break;
      const int result = isal_inflate(&state_);
      if (result != ISAL_DECOMP_OK && result != ISAL_END_INPUT) fail("damaged gz data");
    }
    return wanted - state_.avail_out;
  }

 private:
  void begin_member() {
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP;
  }
  // More input; false at the end of the file.
  bool refill() {
    const std::string_view piece = next_piece();
    state_.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(piece.data()));  // Its API has no const.
    state_.avail_in = static_cast<uint32_t>(piece.size());
    if (!piece.empty()) return true;
    // Output may still be left in the state, and a member that is not finished is cut short.
    if (state_.block_state == ISAL_BLOCK_FINISH) ended_ = true;
    else if (drained()) fail("unexpected end of file");
    return !ended_;
  }
  bool drained() {
    const uint32_t before = state_.avail_out;
    const int result = isal_inflate(&state_);
    if (result != ISAL_DECOMP_OK && result != ISAL_END_INPUT) fail("damaged gz data");
    return state_.avail_out == before && state_.block_state != ISAL_BLOCK_FINISH;
  }
  // Another member begins here; what is none is ignored, as gzip does.
  bool next_member() {
    ended_ = *state_.next_in != 0x1F;
    if (ended_) return false;
    uint8_t* const in = state_.next_in;
    const uint32_t left = state_.avail_in, room = state_.avail_out;
    uint8_t* const out = state_.next_out;
    begin_member();
    state_.next_in = in;
    state_.avail_in = left;
    state_.next_out = out;
    state_.avail_out = room;
    return true;
  }

  inflate_state state_;
  bool ended_ = false;
};
#endif

// The first bytes of a file; empty for a pipe, which cannot be read twice.
const std::string& true_path(const std::string& path) {
  static const std::string standard_input = "/dev/stdin";
  return path == "-" ? standard_input : path;
}

std::string beginning(const std::string& path) {
  if (!is_regular(path)) return {};
  std::string bytes(6, '\0');
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  bytes.resize(file ? std::fread(bytes.data(), 1, bytes.size(), file.get()) : 0);
  return bytes;
}

}  // namespace

bool is_regular(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::is_regular_file(true_path(path), unknown);
}

bool is_pipe(const std::string& path) {
  std::error_code unknown;
  const auto type = std::filesystem::status(true_path(path), unknown).type();
  return type == std::filesystem::file_type::fifo || type == std::filesystem::file_type::socket;
}

void ByteSource::skip(uint64_t bytes) {
  std::vector<char> left_out(std::min<uint64_t>(bytes, 1 << 18));
  while (bytes > 0) {
    const size_t n = read(left_out.data(), std::min<uint64_t>(bytes, left_out.size()));
    if (n == 0) return;
    bytes -= n;
  }
}

std::unique_ptr<ByteSource> open_bytes(const std::string& given, const char* where) {
  using namespace std::string_view_literals;
  const std::string& path = true_path(checked_path(where, given));
  const std::string bytes = beginning(path);
  if (bytes.starts_with("\xFD"
                        "7zXZ\0"sv))
    return std::make_unique<Xz>(path, where);
  if (bytes.starts_with("\x28\xB5\x2F\xFD"sv)) return std::make_unique<Zst>(path, where);
  if (bytes.starts_with("\x04\x22\x4D\x18"sv)) return std::make_unique<Lz4>(path, where);
#ifdef LACUNA_ISAL
  if (bytes.starts_with("\x1F\x8B\x08")) return std::make_unique<FastGz>(path, where);
#endif
  if (bytes.starts_with("BZh")) return std::make_unique<Bz2>(path, where);
  return std::make_unique<Gz>(path, where);
}

}  // namespace lacuna::data
