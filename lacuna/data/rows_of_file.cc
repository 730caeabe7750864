// Cuts rows out of arrays.
#include "lacuna/data/rows_of_file.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "lacuna/base/error.h"

namespace lacuna::data {
namespace {

uint64_t bytes_of_array(const ArrayStream& array) {
  uint64_t bytes = array.value_bytes();
  for (const Dim dim : array.shape())
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(dim), &bytes)) return ~uint64_t{0} / 4;
  return std::min(bytes, ~uint64_t{0} / 4);
}

bool holds_indices(const ArrayStream& array) {
  return array.shape().size() == 1 && (array.dtype() == DType::int32 || array.dtype() == DType::int64);
}

}  // namespace

DenseRows::DenseRows(const std::string& what, std::unique_ptr<ArrayStream> array) : array_(std::move(array)) {
  LACUNA_REQUIRE(array_->dtype() && !array_->shape().empty(), what,
                 ": an array must hold numbers, and have rows. Received: shape=", to_string(array_->shape()),
                 array_->dtype() ? "." : " of characters.");
  for (size_t i = 1; i < array_->shape().size(); ++i) width_ *= static_cast<size_t>(array_->shape()[i]);
}

uint64_t DenseRows::bytes() const { return bytes_of_array(*array_); }

Dim DenseRows::enough(Dim most, size_t bytes) {
  const size_t row = std::max<size_t>(1, width_ * array_->value_bytes());
  return std::clamp<Dim>(static_cast<Dim>(bytes / row), 1, most);
}

Tensor DenseRows::take(Dim rows) {
  Shape shape = array_->shape();
  shape[0] = rows;
  tensor::Dense made{.dtype = *array_->dtype(), .shape = std::move(shape)};
  const size_t count = static_cast<size_t>(rows) * width_;
  made.data.resize(count * array_->value_bytes());
  array_->read(made.data.data(), count);
  return made;
}

CsrRows::CsrRows(Wrong wrong, CsrArrays arrays)
    : wrong_(std::move(wrong)),
      data_(std::move(arrays.data)),
      indices_(std::move(arrays.indices)),
      indptr_(std::move(arrays.indptr)),
      rows_(arrays.rows),
      columns_(arrays.columns),
      names_(std::move(arrays.names)) {
  if (!(rows_ >= 0 && columns_ >= 0 && holds_indices(*indices_) && holds_indices(*indptr_) &&
        data_->dtype() && data_->shape() == indices_->shape() && rows_ < std::numeric_limits<Dim>::max() &&
        indptr_->shape() == Shape{rows_ + 1}))
    wrong_(text("arrays of other shapes or dtypes: shape=", to_string({rows_, columns_}), ", data ",
                to_string(data_->shape()), ", indices ", to_string(indices_->shape()), ", indptr ",
                to_string(indptr_->shape())));
  last_ = next_pointer(0);
  if (last_ != 0) wrong_(text("row pointers that do not begin at 0, but at ", last_));
}

uint64_t CsrRows::bytes() const {
  return bytes_of_array(*data_) + bytes_of_array(*indices_) + bytes_of_array(*indptr_);
}

std::vector<std::string> CsrRows::names() const {
  if (!names_) return {};
  std::vector<std::string> names = names_();
  if (!names.empty() && static_cast<Dim>(names.size()) != columns_)
    wrong_(text(names.size(), " names of ", columns_, " columns"));
  return names;
}

void CsrRows::skip(Dim rows) {
  if (rows == 0) return;
  indptr_->skip(static_cast<size_t>(rows) - 1);
  last_ = next_pointer(0);
  data_->skip(static_cast<size_t>(last_));
  indices_->skip(static_cast<size_t>(last_));
}

Dim CsrRows::enough(Dim most, size_t bytes) {
  const size_t entry = data_->value_bytes() + indices_->value_bytes();
  const auto limit = static_cast<int64_t>(std::max<size_t>(1, bytes / entry));
  while (static_cast<Dim>(ends_.size()) < most && (ends_.empty() || ends_.back() - last_ <= limit))
    read_ends(ends_.size() + 1);
  const auto within = std::ranges::upper_bound(ends_, last_ + limit) - ends_.begin();
  return std::clamp<Dim>(within, 1, most);
}

Tensor CsrRows::take(Dim rows) {
  const auto count = static_cast<size_t>(rows);
  read_ends(count);
  tensor::Csr made{.dtype = *data_->dtype(), .rows = rows, .columns = columns_, .index = *indices_->dtype()};
  const auto entries = static_cast<size_t>(ends_[count - 1] - last_);
  made.data.resize(entries * data_->value_bytes());
  made.indices.resize(entries * indices_->value_bytes());
  made.indptr.resize((count + 1) * size_of(made.index));
  data_->read(made.data.data(), entries);
  indices_->read(made.indices.data(), entries);
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

void CsrRows::end() {
  for (ArrayStream* array : {data_.get(), indices_.get(), indptr_.get()}) array->end();
}

void CsrRows::read_ends(size_t count) {
  while (ends_.size() < count) ends_.push_back(next_pointer(ends_.empty() ? last_ : ends_.back()));
}

int64_t CsrRows::next_pointer(int64_t before) {
  const int64_t next = next_whole(*indptr_);
  if (next < before || next > indices_->shape()[0])
    wrong_(text("row pointers that are out of order: ", next, " after ", before, ", of ",
                indices_->shape()[0], " entries"));
  return next;
}

int64_t next_whole(ArrayStream& array) {
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

}  // namespace lacuna::data
