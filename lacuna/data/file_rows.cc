// Reads the arrays of all parts side by side.
#include "lacuna/data/file_rows.h"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <optional>
#include <utility>

#include "lacuna/base/utf8.h"
#include "lacuna/data/byte_input.h"
#include "lacuna/data/fingerprint.h"
#include "lacuna/data/given_rows.h"
#include "lacuna/data/mapped_arrays.h"
#include "lacuna/data/random_rows.h"
#include "lacuna/data/row_place.h"

namespace lacuna::data {
namespace {

constexpr size_t kFileBlockBytes = size_t{1} << 20;  // About.
constexpr Dim kFileBlockRows = 8192;

std::string shown(const FilePart& part) {
  return text("'", shown_utf8(part.path), part.key.empty() ? "'" : "', " + part.key + ",");
}

void name_columns(RowPart& part, std::vector<std::string> names) {
  for (std::string& name : names) {
    const auto at = static_cast<Dim>(part.columns.size());
    part.columns.push_back({std::move(name), at, at + 1});
  }
}

class FileRows final : public RowSource, public std::enable_shared_from_this<FileRows> {
 public:
  FileRows(const char* where, std::vector<FilePart> parts, FileOpener open)
      : parts_(std::move(parts)), open_(std::move(open)) {
    for (const FilePart& part : parts_)
      LACUNA_REQUIRE(!is_pipe(part.path), where,
                     ": a file must not be a pipe: write it to a file first. Received: '",
                     shown_utf8(part.path), "'.");
    const OpenedParts opened = open_(where);
    const auto& files = opened.files;
    rows_ = files[0]->spec().shape[0];
    LoadedRows like;
    for (size_t i = 0; i < files.size(); ++i) {
      const Spec spec = files[i]->spec();
      LACUNA_REQUIRE(spec.shape[0] == rows_, where,
                     ": all parts must have the same number of rows. Received: ", shown(parts_[i]), " with ",
                     spec.shape[0], ", and ", shown(parts_[0]), " with ", rows_, ".");
      bytes_ += files[i]->bytes();
      can_be_mapped_ = can_be_mapped_ && files[i]->mapping();
      put(like, i, Tensor::empty(spec), spec);
    }
    schema_ = schema_of(where, like);
    for (RowPart& made : schema_)
      for (size_t i = 0; i < files.size(); ++i)
        if (made.role == parts_[i].role && made.name == parts_[i].name) name_columns(made, files[i]->names());
  }

  const Schema& schema() const override { return schema_; }
  std::optional<Dim> rows() const override { return rows_; }
  bool is_read_anywhere() const override { return true; }
  bool repeats(const RowOrder&) const override { return true; }
  bool exceeds(size_t bytes) const override { return bytes_ > bytes; }
  std::shared_ptr<const RowsAtRandom> at_random() const override {
    if (!can_be_mapped_) return nullptr;
    auto rows = std::make_shared<RowsAtRandom>();
    rows->rows = rows_;
    rows->bytes = bytes_;
    rows->row_bytes = bytes_ / static_cast<uint64_t>(std::max<Dim>(1, rows_));
    constexpr uint64_t kMostTimesLarger = 8;  // Bytes that become int32 or double, and pointers.
    rows->in_memory = kMostTimesLarger * bytes_;
    rows->open = [self = shared_from_this()](const char* where) { return self->opened_at_random(where); };
    rows->numbers = [count = rows_](const char*) {
      std::vector<uint32_t> numbers(static_cast<size_t>(count));
      std::iota(numbers.begin(), numbers.end(), 0u);
      return numbers;
    };
    return rows;
  }
  std::unique_ptr<RowStream> open(const char* where, const RowOrder& order) const override {
    RowPlace from = order.from;
    const Dim first = from.empty() ? 0 : take_last(where, from);
    require_place(where, from.empty() && first <= rows_);
    return std::make_unique<Stream>(shared_from_this(), where, first);
  }
  Fingerprint fingerprint(const char* where) const override {
    Fingerprint result;
    for (const FilePart& part : parts_)
      result.emplace_back(
          part.key.empty() ? part.path : part.path + ": " + part.key,
          text(part.name, " ", static_cast<int>(part.role), ", ", fingerprint_of_file(where, part.path)));
    return result;
  }

 private:
  // Adds a tensor as the part.
  void put(LoadedRows& to, size_t part, Tensor tensor, const Spec& spec) const {
    if (spec.storage == Storage::dense && tensor.dense().shape.empty()) {
      Shape none = spec.shape;
      none[0] = 0;
      tensor.dense().resize(none, spec.dtype);
    } else if (spec.storage == Storage::csr && tensor.csr().indptr.bytes() == 0) {
      tensor.csr().resize(0, spec.shape[1], 0, spec.dtype);
    }
    const FilePart& is = parts_[part];
    if (is.role == Role::input) to.x.emplace(is.name, std::move(tensor));
    else if (is.role == Role::target) to.y.emplace(is.name, std::move(tensor));
    else to.sample_weight = Array(std::move(tensor));
  }

  // The parts, which must have the rows that they had.
  OpenedParts opened(const char* where) const {
    OpenedParts parts = open_(where);
    for (const auto& file : parts.files)
      LACUNA_REQUIRE(file->spec().shape[0] == rows_, where,
                     ": the files must stay as they were. Received: ", file->spec().shape[0],
                     " rows, and before ", rows_, ".");
    return parts;
  }

  class AtRandom final : public RandomRows {
   public:
    // The source must outlive it.
    AtRandom(const FileRows& source, const char* where) : source_(source) {
      const OpenedParts parts = source.opened(where);
      for (const auto& file : parts.files) {
        LACUNA_REQUIRE(file->mapping(), where,
                       ": the files must stay as they were. Received: one that is compressed now.");
        specs_.push_back(file->spec());
        files_.push_back(file->mapping()(where));
      }
    }
    void gather(const char* where, std::span<const uint32_t> rows, GatheredRows& to) const override {
      LoadedRows made;
      for (size_t i = 0; i < files_.size(); ++i)
        source_.put(made, i, files_[i]->gather(where, rows), specs_[i]);
      RowBlock block;
      make_block(text(where, ": among ", rows.size(), " rows that were read at random"), source_.schema_,
                 made, block);
      to.append(block, 0, block.rows);
    }

   private:
    const FileRows& source_;
    std::vector<Spec> specs_{};
    std::vector<std::unique_ptr<MappedArrays>> files_{};
  };

  // Mapped again if the files changed.
  std::shared_ptr<const RandomRows> opened_at_random(const char* where) const {
    const Fingerprint now = fingerprint(where);
    const std::lock_guard lock(mutex_);
    if (!random_ || now != of_random_) random_ = std::make_shared<const AtRandom>(*this, where);
    of_random_ = now;
    using Held = std::pair<std::shared_ptr<const FileRows>, std::shared_ptr<const AtRandom>>;
    const auto held = std::make_shared<const Held>(shared_from_this(), random_);
    return {held, held->second.get()};
  }

  class Stream final : public RowStream {
   public:
    Stream(std::shared_ptr<const FileRows> source, const char* where, Dim first)
        : source_(std::move(source)),
          where_(where),
          opened_(source_->opened(where)),
          files_(opened_.files),
          begun_(source_->fingerprint(where)),
          at_(first) {
      for (const auto& file : files_) file->skip(first);
    }

    bool next(RowBlock& block) override {
      if (at_ == source_->rows_) {
        if (!std::exchange(over_, true)) end();
        return false;
      }
      Dim rows = std::min(source_->rows_ - at_, kFileBlockRows);
      for (const auto& file : files_) rows = file->enough(rows, kFileBlockBytes);
      LoadedRows made;
      for (size_t i = 0; i < files_.size(); ++i)
        source_->put(made, i, files_[i]->take(rows), files_[i]->spec());
      make_block(text(where_, ": rows from ", at_ + 1), source_->schema_, made, block);
      at_ += rows;
      block.after = {at_};
      return true;
    }

   private:
    void end() {
      for (const auto& file : files_) file->end();
      const Fingerprint now = source_->fingerprint(where_);
      for (size_t i = 0; i < now.size(); ++i)
        LACUNA_REQUIRE(now[i] == begun_[i], where_,
                       ": the files must not change while they are read. Received: ",
                       shown(source_->parts_[i]), " which was written meanwhile.");
    }

    std::shared_ptr<const FileRows> source_;
    const char* where_;
    const OpenedParts opened_;
    const std::vector<std::unique_ptr<RowsOfFile>>& files_;
    const Fingerprint begun_;
    Dim at_;
    bool over_ = false;
  };

  const std::vector<FilePart> parts_;
  const FileOpener open_;
  Schema schema_{};
  Dim rows_ = 0;
  uint64_t bytes_ = 0;
  bool can_be_mapped_ = true;  // All files.
  mutable std::mutex mutex_{};
  mutable std::shared_ptr<const AtRandom> random_{};
  mutable Fingerprint of_random_{};  // Of the files that it maps.
};

}  // namespace

Dataset file_rows(const char* where, std::vector<FilePart> parts, FileOpener open) {
  return Dataset(std::make_shared<const FileRows>(where, std::move(parts), std::move(open)));
}

}  // namespace lacuna::data
