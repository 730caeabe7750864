// Collects the rows of batches in one array.
#include "lacuna/training/collected.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna {
namespace {

size_t bytes_of_a_row(const tensor::Dense& a) {
  size_t bytes = size_of(a.dtype);
  for (size_t i = 1; i < a.shape.size(); ++i) bytes *= static_cast<size_t>(a.shape[i]);
  return bytes;
}

}  // namespace

void Collected::append(const Tensor& batch, Dim rows) {
  if (batch.storage() != Storage::dense) return append(to_dense(batch), rows);  // predict returns arrays.
  const tensor::Dense& given = batch.dense();
  LACUNA_REQUIRE(!given.shape.empty() && given.shape[0] == rows,
                 "predict: an output must have a row for each row of x. Received: output '", output_, "' ",
                 batch.spec(), ", rows of x=", rows, ".");
  LACUNA_REQUIRE(
      !rows_ ||
          std::equal(given.shape.begin() + 1, given.shape.end(), all_.shape.begin() + 1, all_.shape.end()),
      "predict: rows of an output must have one shape in all batches. Received: output '", output_, "' ",
      batch.spec(), ", before ", Tensor(all_).spec(), "; a batch_size of all rows makes one batch.");
  make_room(given, rows);
  const size_t row = bytes_of_a_row(given);
  if (const size_t bytes = row * static_cast<size_t>(rows))
    std::memcpy(all_.data.data() + static_cast<size_t>(*rows_) * row, given.data.data(), bytes);
  *rows_ += rows;
}

void Collected::make_room(const tensor::Dense& batch, Dim rows) {
  Shape shape = batch.shape;
  if (!rows_) {
    shape[0] = expected_.value_or(rows);
    all_.resize(shape, batch.dtype);
    rows_ = 0;
  }
  if (*rows_ + rows <= all_.shape[0]) return;
  shape[0] = std::max(2 * all_.shape[0], *rows_ + rows);
  tensor::Dense more;
  more.resize(shape, batch.dtype);
  if (const size_t bytes = static_cast<size_t>(*rows_) * bytes_of_a_row(batch))
    std::memcpy(more.data.data(), all_.data.data(), bytes);
  all_ = std::move(more);
}

tensor::Dense Collected::take() {
  if (rows_ && *rows_ < all_.shape[0]) {
    tensor::Dense rest;
    Shape shape = all_.shape;
    shape[0] = *rows_;
    rest.resize(shape, all_.dtype);
    if (rest.data.bytes()) std::memcpy(rest.data.data(), all_.data.data(), rest.data.bytes());
    all_ = std::move(rest);
  }
  return all_.dtype == DType::string ? all_.copy_of_strings() : std::move(all_);
}

}  // namespace lacuna
