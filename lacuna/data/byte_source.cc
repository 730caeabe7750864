// Reads gz, xz, bz2, zst, lz4 and plain files by their libraries.
#include "lacuna/data/byte_source.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zstd.h>
#if __has_include(<isa-l/igzip_lib.h>)
#include <isa-l/igzip_lib.h>
#define LACUNA_ISAL
#else
#include <zlib.h>
#endif

#include <algorithm>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "lacuna/data/byte_input.h"

namespace lacuna::data {
namespace {

// The base of all sources: has the bytes as they are in the file.
class OfInput : public ByteSource {
 public:
  double position() const override { return input_.position(); }

 protected:
  explicit OfInput(ByteInput input) : input_(std::move(input)) {}

  ByteInput& input() { return input_; }
  [[noreturn]] void fail(const char* why) const { input_.fail(why); }

 private:
  ByteInput input_;
};

class Plain final : public OfInput {
 public:
  explicit Plain(ByteInput input) : OfInput(std::move(input)) {}
  size_t read(char* to, size_t room) override { return input().read(to, room); }
  void skip(uint64_t bytes) override {
    if (!input().skip(bytes)) ByteSource::skip(bytes);
  }
  bool packed() const override { return false; }
};

// The base of the sources below: reads the compressed bytes piece by piece.
class Packed : public OfInput {
 public:
  bool packed() const override { return true; }

 protected:
  explicit Packed(ByteInput input) : OfInput(std::move(input)), piece_(size_t{1} << 18) {}

  // The next piece; empty at the end.
  std::string_view next_piece() { return {piece_.data(), input().read(piece_.data(), piece_.size())}; }

 private:
  std::vector<char> piece_;
};

class Xz final : public Packed {
 public:
  explicit Xz(ByteInput input) : Packed(std::move(input)) {
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
  explicit Bz2(ByteInput input) : Packed(std::move(input)) {}
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
  explicit Zst(ByteInput input) : Packed(std::move(input)), stream_(ZSTD_createDStream()) {
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
  explicit Lz4(ByteInput input) : Packed(std::move(input)) {
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
class Gz final : public Packed {
 public:
  explicit Gz(ByteInput input) : Packed(std::move(input)) { begin_member(); }

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
#else
// A gz file by zlib, which may be many members.
class Gz final : public Packed {
 public:
  explicit Gz(ByteInput input) : Packed(std::move(input)) {
    constexpr int kGzAlone = 16;
    if (inflateInit2(&stream_, MAX_WBITS + kGzAlone) != Z_OK) throw std::bad_alloc();
  }
  ~Gz() override { inflateEnd(&stream_); }

  size_t read(char* to, size_t room) override {
    const auto wanted = static_cast<unsigned>(std::min<size_t>(room, 1 << 30));
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = wanted;
    while (!ended_ && stream_.avail_out == wanted) {
      if (stream_.avail_in == 0) {
        const std::string_view piece = next_piece();
        if (piece.empty() && !between_) fail("unexpected end of file");
        if (piece.empty()) break;
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
        stream_.avail_in = static_cast<unsigned>(piece.size());
      }
      // Another member begins here; what is none is ignored, as gzip does.
      if (between_ && !first_) {
        ended_ = *stream_.next_in != 0x1F;
        if (ended_) break;
        inflateReset(&stream_);
      }
      between_ = first_ = false;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_MEM_ERROR) throw std::bad_alloc();
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) fail("damaged gz data");
      between_ = result == Z_STREAM_END;
    }
    return wanted - stream_.avail_out;
  }

 private:
  z_stream stream_{};
  bool first_ = true, between_ = true, ended_ = false;  // Between two members, or before the first.
};
#endif

}  // namespace

void ByteSource::skip(uint64_t bytes) {
  std::vector<char> left_out(std::min<uint64_t>(bytes, 1 << 18));
  while (bytes > 0) {
    const size_t n = read(left_out.data(), std::min<uint64_t>(bytes, left_out.size()));
    if (n == 0) return;
    bytes -= n;
  }
}

std::unique_ptr<ByteSource> open_bytes(const std::string& path, const char* where) {
  using namespace std::string_view_literals;
  ByteInput input(path, where);
  const std::string_view bytes = input.beginning();
  if (bytes.starts_with("\xFD"
                        "7zXZ\0"sv))
    return std::make_unique<Xz>(std::move(input));
  if (bytes.starts_with("\x28\xB5\x2F\xFD"sv)) return std::make_unique<Zst>(std::move(input));
  if (bytes.starts_with("\x04\x22\x4D\x18"sv)) return std::make_unique<Lz4>(std::move(input));
  if (bytes.starts_with("\x1F\x8B\x08"sv)) return std::make_unique<Gz>(std::move(input));
  if (bytes.starts_with("BZh"sv)) return std::make_unique<Bz2>(std::move(input));
  return std::make_unique<Plain>(std::move(input));
}

}  // namespace lacuna::data
