// Reads chunks of HDF5 in their order.
#include "lacuna/data/h5_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/data/fingerprint.h"
#include "lacuna/hdf5/slices.h"

namespace lacuna::data {
namespace {

constexpr size_t kReadBytes = size_t{1} << 19;   // About, at a time.
constexpr size_t kMostBytes = size_t{32} << 20;  // Of chunks that are kept while rows of them are needed.
constexpr uint64_t kSmallFile = uint64_t{16} << 20;

class H5Array final : public ArrayStream {
 public:
  H5Array(const hdf5::Group& group, const std::string& name, bool whole)
      : group_(group), name_(name), slices_(group, name, whole) {
    const Shape& all = slices_.shape();
    for (size_t i = 1; i < all.size(); ++i)
      if (__builtin_mul_overflow(width_, static_cast<size_t>(all[i]), &width_)) width_ = SIZE_MAX / 16;
    const size_t row = std::max<size_t>(1, width_ * value_bytes());
    const auto chunk = static_cast<size_t>(slices_.rows_of_chunk());
    const size_t several = std::max<size_t>(1, kReadBytes / row / chunk) * chunk;
    at_once_ = static_cast<Dim>(std::clamp<size_t>(kMostBytes / row, 1, several));
  }

  const Shape& shape() const override { return slices_.shape(); }
  std::optional<DType> dtype() const override { return slices_.dtype(); }
  size_t value_bytes() const override { return size_of(slices_.dtype()); }

  void read(std::byte* to, size_t count) override {
    for (const size_t row = width_ * value_bytes(); count > 0;) {
      if (at_ == read_to_) fill();
      const size_t rows = std::min(count / width_, static_cast<size_t>(read_to_ - at_));
      std::memcpy(to, rows_.data() + static_cast<size_t>(at_ - read_from_) * row, rows * row);
      to += rows * row;
      at_ += static_cast<Dim>(rows);
      count -= rows * width_;
    }
  }
  void skip(size_t count) override {
    if (width_ == 0) return;
    at_ += static_cast<Dim>(count / width_);
    if (at_ > read_to_) read_from_ = read_to_ = at_;
  }
  void end() override {
    if (width_ > 0 && at_ < shape()[0])
      group_.wrong(text("'", name_, "' must end with the last row"), text(shape()[0] - at_, " values more"));
  }

 private:
  // Reads up to the end of a chunk, so that each is decompressed once.
  void fill() {
    if (at_ >= shape()[0]) group_.wrong(text("'", name_, "' must have all rows"), text(shape()[0]));
    const Dim end = std::min(shape()[0], (at_ / at_once_ + 1) * at_once_);
    rows_.resize(static_cast<size_t>(end - at_) * width_ * value_bytes());
    slices_.read(at_, end, rows_.data());
    read_from_ = at_;
    read_to_ = end;
  }

  const hdf5::Group group_;
  const std::string name_;
  const hdf5::Slices slices_;
  size_t width_ = 1;  // Values of a row.
  Dim at_once_ = 1;
  Dim at_ = 0;                       // The next row.
  Dim read_from_ = 0, read_to_ = 0;  // Those in memory.
  std::vector<std::byte> rows_{};
};

// Reads rows of all parts and discards them.
void try_parts(const hdf5::Group& root, const H5Parts& parts, bool all) {
  const auto files = parts(root);
  Dim rows = files[0]->spec().shape[0];
  for (const auto& file : files) {
    rows = std::min(rows, file->spec().shape[0]);
    file->names();
  }
  const auto take_some = [&](Dim at) {
    Dim some = rows - at;
    for (const auto& file : files) some = file->enough(some, kReadBytes);
    for (const auto& file : files) file->take(some);
    return at + some;
  };
  Dim at = 0;
  if (rows > 0) at = take_some(0);
  while (all && at < rows) at = take_some(at);
  if (at < rows)
    for (const auto& file : parts(root)) {
      file->skip(rows - 1);
      file->take(1);
    }
}

}  // namespace

std::unique_ptr<ArrayStream> h5_array(const hdf5::Group& group, const std::string& name, bool whole) {
  return std::make_unique<H5Array>(group, name, whole);
}

std::unique_ptr<RowsOfFile> h5_csr(const hdf5::Group& group, Dim rows, Dim columns,
                                   std::function<std::vector<std::string>()> names) {
  return std::make_unique<CsrRows>(
      [group](const std::string& received) {
        group.wrong("data, indices and indptr must be a csr matrix, whole", received);
      },
      CsrArrays{.data = h5_array(group, "data"),
                .indices = h5_array(group, "indices", true),
                .indptr = h5_array(group, "indptr", true),
                .rows = rows,
                .columns = columns,
                .names = std::move(names)});
}

FileOpener open_h5(std::string path, H5Parts parts) {
  struct Tried {
    std::mutex mutex{};
    std::string fingerprint{};
  };
  return [path = std::move(path), parts = std::move(parts),
          tried = std::make_shared<Tried>()](const char* where) {
    const std::string now = fingerprint_of_file(where, path);
    struct stat about {};
    ::stat(path.c_str(), &about);
    const bool small = static_cast<uint64_t>(about.st_size) <= kSmallFile;
    const std::lock_guard lock(tried->mutex);
    const auto file = std::make_shared<const hdf5::File>(
        tried->fingerprint == now
            ? hdf5::File::open_tried(where, path)
            : hdf5::File::open(where, path, [&](const hdf5::Group& root) { try_parts(root, parts, small); }));
    tried->fingerprint = now;
    return OpenedParts{file, parts(file->root())};
  };
}

}  // namespace lacuna::data
