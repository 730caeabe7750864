// Reads text ahead of its parser.
#include "lacuna/data/text_blocks.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/base/utf8.h"
#include "lacuna/data/byte_input.h"
#include "lacuna/data/byte_source.h"

namespace lacuna::data {
namespace {
constexpr size_t kBytesOfBlock = size_t{1} << 20;  // Small enough to be in cache when it is parsed.
}

struct TextBlocks::Block {
  std::unique_ptr<char[]> text{};
  size_t capacity = 0, size = 0;
  double share = 0;
  bool last = false;

  // Makes room for `wanted` bytes and keeps what it holds.
  void reserve(size_t wanted) {
    if (wanted <= capacity) return;
    auto larger = std::make_unique_for_overwrite<char[]>(wanted);
    if (size) std::memcpy(larger.get(), text.get(), size);
    text = std::move(larger);
    capacity = wanted;
  }
};

class TextBlocks::File {
 public:
  File(const std::string& path, const char* where, size_t longest_line, uint64_t from)
      : path_(path),
        where_(where),
        longest_line_(longest_line),
        regular_(is_regular(path)),
        bytes_(open_bytes(path, where)) {
    bytes_->skip(from);
    std::error_code unknown;
    const auto size = std::filesystem::file_size(path, unknown);
    if (!unknown) size_ = static_cast<double>(size);
  }

  // Reads the rest of the last block and the text after it, up to the last end of a line.
  void read(Block& block) {
    block.size = 0;
    block.reserve(std::max(kBytesOfBlock, 2 * rest_.size()));
    std::memcpy(block.text.get(), rest_.data(), rest_.size());
    block.size = rest_.size();
    rest_.clear();
    for (;;) {
      const size_t n = bytes_->read(block.text.get() + block.size, block.capacity - block.size);
      block.last = n == 0;
      if (block.last) break;
      const char* const added = block.text.get() + block.size;
      block.size += n;
      const char* const end = block.text.get() + block.size;
      if (const auto* line = static_cast<const char*>(memrchr(added, '\n', n))) {
        rest_.assign(line + 1, end);
        block.size -= rest_.size();
        break;
      }
      if (block.size < block.capacity) continue;
      LACUNA_REQUIRE(block.size < longest_line_, where_, ": a line must be shorter than ", longest_line_,
                     " bytes. Received: path='", shown_utf8(path_), "' with a longer one.");
      block.reserve(2 * block.capacity);
    }
    const double position = bytes_->position();
    block.share = position > 0 && size_ > 0 ? std::min(1.0, position / size_) : 1.0;
  }

  bool is_slow() const { return regular_ && bytes_->packed(); }

 private:
  std::string path_;
  const char* where_;
  size_t longest_line_;
  bool regular_;
  std::unique_ptr<ByteSource> bytes_;
  std::string rest_{};
  double size_ = 0;
};

// Fills one block while the caller uses the other.
class TextBlocks::Ahead {
 public:
  explicit Ahead(File& file) : thread_([this, &file] { run(file); }) {}
  ~Ahead() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void take(Block& block) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return full_; });
    if (error_) std::rethrow_exception(error_);
    std::swap(block, block_);
    full_ = false;
    lock.unlock();
    changed_.notify_all();
  }

 private:
  void run(File& file) {
    Block block;
    for (bool more = true; more;) {
      std::exception_ptr error;
      try {
        file.read(block);
      } catch (...) {
        error = std::current_exception();
      }
      more = !error && !block.last;
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stop_ || !full_; });
      if (stop_) return;
      std::swap(block, block_);
      error_ = error;
      full_ = true;
      lock.unlock();
      changed_.notify_all();
    }
  }

  std::mutex mutex_{};
  std::condition_variable changed_{};
  Block block_{};
  std::exception_ptr error_{};
  bool full_ = false, stop_ = false;
  std::thread thread_;  // Declared last: the thread uses all other members.
};

TextBlocks::TextBlocks(const std::string& path, const char* where, size_t longest_line, uint64_t from)
    : file_(std::make_unique<File>(path, where, longest_line, from)), block_(std::make_unique<Block>()) {}
TextBlocks::~TextBlocks() = default;

std::string_view TextBlocks::next() {
  Block& block = *block_;
  if (block.last) return {};
  if (ahead_) ahead_->take(block);
  else file_->read(block);
  if (!ahead_ && !block.last && file_->is_slow() && num_threads() > 1) try {
      ahead_ = std::make_unique<Ahead>(*file_);
    } catch (const std::exception&) {  // No thread could be started: this one reads.
    }
  return {block.text.get(), block.size};
}

double TextBlocks::share() const { return block_->share; }

}  // namespace lacuna::data
