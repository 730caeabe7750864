// Reads the arrays of all parts side by side.
#include "lacuna/data/npz.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <utility>

#include "lacuna/base/utf8.h"
#include "lacuna/data/fingerprint.h"
#include "lacuna/data/given_rows.h"
#include "lacuna/data/mapped_arrays.h"
#include "lacuna/data/npy_array.h"
#include "lacuna/data/random_rows.h"
#include "lacuna/data/row_place.h"
#include "lacuna/data/zip_file.h"

namespace lacuna::data {
namespace {

constexpr size_t kNpzBlockBytes = size_t{1} << 20;  // About.
constexpr Dim kNpzBlockRows = 8192;

// An array of which rows are taken one after another.
class RowsOfFile {
 public:
  virtual ~RowsOfFile() = default;
  virtual Spec spec() const = 0;  // With the number of rows.
  virtual void skip(Dim rows) = 0;
  // How many of the next rows, at most `most`, take no more than `bytes`; one at least.
  virtual Dim enough(Dim most, size_t bytes) = 0;
  virtual Tensor take(Dim rows) = 0;
  virtual void end() = 0;
  // Whether it is not compressed, so that it can be mapped; and its bytes then.
  virtual bool can_be_mapped() = 0;
  virtual uint64_t bytes() const = 0;
  virtual std::unique_ptr<MappedArrays> mapped(const char* where) const = 0;
};

class DenseRows final : public RowsOfFile {
 public:
  DenseRows(const char* where, const std::string& path) : path_(path), array_(open_npy(where, path)) {
    LACUNA_REQUIRE(array_.dtype() && !array_.shape().empty(), where,
                   ": a file must hold numbers, and have rows. Received: path='", shown_utf8(path),
                   "', shape=", to_string(array_.shape()), ".");
    for (size_t i = 1; i < array_.shape().size(); ++i) width_ *= static_cast<size_t>(array_.shape()[i]);
  }

  Spec spec() const override { return {array_.shape(), *array_.dtype(), Storage::dense}; }
  void skip(Dim rows) override { array_.skip(static_cast<size_t>(rows) * width_); }
  Dim enough(Dim most, size_t bytes) override {
    const size_t row = std::max<size_t>(1, width_ * array_.value_bytes());
    return std::clamp<Dim>(static_cast<Dim>(bytes / row), 1, most);
  }
  Tensor take(Dim rows) override {
    Shape shape = array_.shape();
    shape[0] = rows;
    tensor::Dense made{.dtype = *array_.dtype(), .shape = std::move(shape)};
    const size_t count = static_cast<size_t>(rows) * width_;
    made.data.resize(count * array_.value_bytes());
    array_.read(made.data.data(), count);
    return made;
  }
  void end() override { array_.end(); }
  bool can_be_mapped() override { return !array_.packed(); }
  uint64_t bytes() const override {
    return static_cast<uint64_t>(array_.shape()[0]) * width_ * array_.value_bytes();
  }
  std::unique_ptr<MappedArrays> mapped(const char* where) const override {
    return map_dense(where, path_, array_);
  }

 private:
  std::string path_;
  NpyArray array_;
  size_t width_ = 1;
};

class CsrRows final : public RowsOfFile {
 public:
  CsrRows(const char* where, const std::string& path)
      : where_(where),
        path_(path),
        zip_(where, path),
        data_(zip_.array("data")),
        indices_(zip_.array("indices")),
        indptr_(zip_.array("indptr")) {
    NpyArray format = zip_.array("format"), shape = zip_.array("shape");
    std::vector<std::byte> letters(format.value_bytes());
    if (format.shape().empty() && !format.dtype()) format.read(letters.data(), 1);
    std::string name;
    for (const std::byte letter : letters)  // Of "<U3" each letter has 4 bytes.
      if (letter != std::byte{0}) name += static_cast<char>(letter);
    require(name == "csr",
            text("format '", shown_utf8(name), "'; write scipy.sparse.save_npz(path, x.tocsr())"));
    require(shape.shape() == Shape{2} && (shape.dtype() == DType::int64 || shape.dtype() == DType::int32),
            "a damaged shape");
    for (Dim* dim : {&rows_, &columns_}) *dim = next_whole(shape);
    for (NpyArray* array : {&format, &shape}) array->end();
    const auto is_index = [](const NpyArray& a) {
      return a.shape().size() == 1 && (a.dtype() == DType::int32 || a.dtype() == DType::int64);
    };
    require(rows_ >= 0 && columns_ >= 0 && is_index(indices_) && is_index(indptr_) && data_.dtype() &&
                data_.shape() == indices_.shape() && rows_ < std::numeric_limits<Dim>::max() &&
                indptr_.shape() == Shape{rows_ + 1},
            "arrays of other shapes or dtypes");
    last_ = next_pointer(0);
    require(last_ == 0, "row pointers that do not begin at 0");
  }

  Spec spec() const override { return {{rows_, columns_}, *data_.dtype(), Storage::csr}; }
  void skip(Dim rows) override {
    if (rows == 0) return;
    indptr_.skip(static_cast<size_t>(rows) - 1);
    last_ = next_pointer(0);
    data_.skip(static_cast<size_t>(last_));
    indices_.skip(static_cast<size_t>(last_));
  }
  Dim enough(Dim most, size_t bytes) override {
    const size_t entry = data_.value_bytes() + indices_.value_bytes();
    const auto limit = static_cast<int64_t>(std::max<size_t>(1, bytes / entry));
    while (static_cast<Dim>(ends_.size()) < most && (ends_.empty() || ends_.back() - last_ <= limit))
      ends_.push_back(next_pointer(ends_.empty() ? last_ : ends_.back()));
    const auto within = std::ranges::upper_bound(ends_, last_ + limit) - ends_.begin();
    return std::clamp<Dim>(within, 1, most);
  }
  Tensor take(Dim rows) override {
    while (static_cast<Dim>(ends_.size()) < rows)
      ends_.push_back(next_pointer(ends_.empty() ? last_ : ends_.back()));
    const auto count = static_cast<size_t>(rows);
    tensor::Csr made{.dtype = *data_.dtype(), .rows = rows, .columns = columns_, .index = *indices_.dtype()};
    const auto entries = static_cast<size_t>(ends_[count - 1] - last_);
    made.data.resize(entries * data_.value_bytes());
    made.indices.resize(entries * indices_.value_bytes());
    made.indptr.resize((count + 1) * size_of(made.index));
    data_.read(made.data.data(), entries);
    indices_.read(made.indices.data(), entries);
    const auto set = [&](auto pointers) {
      using I = typename decltype(pointers)::value_type;
      pointers[0] = 0;
      for (size_t r = 0; r < count; ++r) pointers[r + 1] = static_cast<I>(ends_[r] - last_);
    };
    if (made.index == DType::int64) set(made.indptr.as<int64_t>());
    else set(made.indptr.as<int32_t>());
    last_ = ends_[count - 1];
    ends_.erase(ends_.begin(), ends_.begin() + rows);
    return made;
  }
  void end() override {
    for (NpyArray* array : {&data_, &indices_, &indptr_}) array->end();
  }
  bool can_be_mapped() override {
    return zip_.is_stored("data") && zip_.is_stored("indices") && zip_.is_stored("indptr");
  }
  uint64_t bytes() const override {
    const auto entries = static_cast<uint64_t>(indices_.shape()[0]), rows = static_cast<uint64_t>(rows_);
    return entries * (data_.value_bytes() + indices_.value_bytes()) + rows * indptr_.value_bytes();
  }
  std::unique_ptr<MappedArrays> mapped(const char* where) const override {
    return map_csr(where, path_, {rows_, columns_}, data_, indices_, indptr_);
  }

 private:
  void require(bool holds, const std::string& received) const {
    LACUNA_REQUIRE(holds, where_, ": the file must hold a csr matrix of scipy, whole. Received: path='",
                   shown_utf8(path_), "' with ", received, ".");
  }
  static int64_t next_whole(NpyArray& array) {
    std::byte bytes[8] = {};
    array.read(bytes, 1);
    if (array.value_bytes() == sizeof(int32_t)) {
      int32_t value = 0;
      std::memcpy(&value, bytes, sizeof value);
      return value;
    }
    int64_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  }
  int64_t next_pointer(int64_t before) {
    const int64_t next = next_whole(indptr_);
    require(next >= before && next <= indices_.shape()[0], "row pointers that are out of order");
    return next;
  }

  const char* where_;
  std::string path_;
  ZipFile zip_;
  NpyArray data_, indices_, indptr_;
  Dim rows_ = 0, columns_ = 0;
  int64_t last_ = 0;             // Where the next row begins.
  std::vector<int64_t> ends_{};  // Of the rows after it, as far as they were read.
};

struct NpzPart {
  std::string name, path;
  Role role;
};

std::vector<std::unique_ptr<RowsOfFile>> open_parts(const char* where, const std::vector<NpzPart>& parts) {
  std::vector<std::unique_ptr<RowsOfFile>> files;
  for (const NpzPart& part : parts)
    if (part.path.ends_with(".npz")) files.push_back(std::make_unique<CsrRows>(where, part.path));
    else files.push_back(std::make_unique<DenseRows>(where, part.path));
  return files;
}

class NpzSource final : public RowSource, public std::enable_shared_from_this<NpzSource> {
 public:
  explicit NpzSource(std::vector<NpzPart> parts) : parts_(std::move(parts)) {
    for (const NpzPart& part : parts_)  // Each pass opens the files anew.
      LACUNA_REQUIRE(!is_pipe(part.path),
                     "npz: a file must not be a pipe: write it to a file first. Received: '",
                     shown_utf8(part.path), "'.");
    const auto files = open_parts("npz", parts_);
    rows_ = files[0]->spec().shape[0];
    LoadedRows like;
    for (size_t i = 0; i < files.size(); ++i) {
      Spec spec = files[i]->spec();
      LACUNA_REQUIRE(spec.shape[0] == rows_, "npz: all files must have the same number of rows. Received: '",
                     shown_utf8(parts_[i].path), "' with ", spec.shape[0], ", and '",
                     shown_utf8(parts_[0].path), "' with ", rows_, ".");
      put(like, i, Tensor::empty(spec), spec);
    }
    schema_ = schema_of("npz", like);
    can_be_mapped_ = std::ranges::all_of(files, [](const auto& file) { return file->can_be_mapped(); });
    for (const auto& file : files) bytes_ += file->bytes();
  }

  const Schema& schema() const override { return schema_; }
  std::optional<Dim> rows() const override { return rows_; }
  bool is_read_anywhere() const override { return true; }
  bool repeats(const RowOrder&) const override { return true; }
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
    for (const NpzPart& part : parts_)
      result.emplace_back(part.path, text(part.name, " ", static_cast<int>(part.role), ", ",
                                          fingerprint_of_file(where, part.path)));
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
    const NpzPart& is = parts_[part];
    if (is.role == Role::input) to.x.emplace(is.name, std::move(tensor));
    else if (is.role == Role::target) to.y.emplace(is.name, std::move(tensor));
    else to.sample_weight = Array(std::move(tensor));
  }

  // The files, which must have the rows that they had.
  std::vector<std::unique_ptr<RowsOfFile>> opened(const char* where) const {
    auto files = open_parts(where, parts_);
    for (const auto& file : files)
      LACUNA_REQUIRE(file->spec().shape[0] == rows_, where,
                     ": the files must stay as they were. Received: ", file->spec().shape[0],
                     " rows, and before ", rows_, ".");
    return files;
  }

  class AtRandom final : public RandomRows {
   public:
    // The source must outlive it.
    AtRandom(const NpzSource& source, const char* where) : source_(source) {
      for (const auto& file : source.opened(where)) {
        specs_.push_back(file->spec());
        files_.push_back(file->mapped(where));
      }
    }
    void gather(const char* where, std::span<const uint32_t> rows, GatheredRows& to) const override {
      LoadedRows made;
      for (size_t i = 0; i < files_.size(); ++i)
        source_.put(made, i, files_[i]->gather(where, rows), specs_[i]);
      RowBlock block;
      make_block(text(where, ": rows at random"), source_.schema_, made, block);
      to.append(block, 0, block.rows);
    }

   private:
    const NpzSource& source_;
    std::vector<Spec> specs_{};
    std::vector<std::unique_ptr<MappedArrays>> files_{};
  };

  // Mapped again if the files changed.
  std::shared_ptr<const RandomRows> opened_at_random(const char* where) const {
    const Fingerprint now = fingerprint(where);
    const std::lock_guard lock(mutex_);
    if (!random_ || now != of_random_) random_ = std::make_shared<const AtRandom>(*this, where);
    of_random_ = now;
    using Held = std::pair<std::shared_ptr<const NpzSource>, std::shared_ptr<const AtRandom>>;
    const auto held = std::make_shared<const Held>(shared_from_this(), random_);
    return {held, held->second.get()};
  }

  class Stream final : public RowStream {
   public:
    Stream(std::shared_ptr<const NpzSource> source, const char* where, Dim first)
        : source_(std::move(source)), where_(where), files_(source_->opened(where)), at_(first) {
      for (const auto& file : files_) file->skip(first);
    }

    bool next(RowBlock& block) override {
      if (at_ == source_->rows_) {
        if (!std::exchange(over_, true))
          for (const auto& file : files_) file->end();
        return false;
      }
      Dim rows = std::min(source_->rows_ - at_, kNpzBlockRows);
      for (const auto& file : files_) rows = file->enough(rows, kNpzBlockBytes);
      LoadedRows made;
      for (size_t i = 0; i < files_.size(); ++i)
        source_->put(made, i, files_[i]->take(rows), files_[i]->spec());
      make_block(text(where_, ": rows from ", at_ + 1), source_->schema_, made, block);
      at_ += rows;
      block.after = {at_};
      return true;
    }

   private:
    std::shared_ptr<const NpzSource> source_;
    const char* where_;
    std::vector<std::unique_ptr<RowsOfFile>> files_;
    Dim at_;
    bool over_ = false;
  };

  const std::vector<NpzPart> parts_;
  Schema schema_{};
  Dim rows_ = 0;
  bool can_be_mapped_ = false;
  uint64_t bytes_ = 0;
  mutable std::mutex mutex_{};
  mutable std::shared_ptr<const AtRandom> random_{};
  mutable Fingerprint of_random_{};  // Of the files that it maps.
};

}  // namespace

Dataset npz(const std::map<std::string, std::string>& x, NpzOptions options) {
  LACUNA_REQUIRE(!x.empty(), "npz: there must be an input. Received: none.");
  std::vector<NpzPart> parts;
  for (const auto& [name, path] : x) parts.push_back({name, path, Role::input});
  for (const auto& [name, path] : options.y) parts.push_back({name, path, Role::target});
  if (!options.sample_weight.empty())
    parts.push_back({"sample_weight", options.sample_weight, Role::sample_weight});
  return Dataset(std::make_shared<const NpzSource>(std::move(parts)));
}

}  // namespace lacuna::data
