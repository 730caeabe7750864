// Collects the rows of batches: of csr their entries, else values in one array.
#include "lacuna/training/collected.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/data/gathered_rows.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna {
namespace {

size_t bytes_of_a_row(const tensor::Dense& a) {
  size_t bytes = size_of(a.dtype);
  for (size_t i = 1; i < a.shape.size(); ++i) bytes *= static_cast<size_t>(a.shape[i]);
  return bytes;
}

}  // namespace

Collected::Collected(std::optional<Dim> rows, std::string output)
    : expected_(rows), output_(std::move(output)) {}
Collected::~Collected() = default;
Collected::Collected(Collected&&) noexcept = default;

void Collected::append(const Tensor& batch, Dim rows) {
  if (batch.storage() == Storage::csr) return append_csr(batch, rows);
  if (batch.storage() != Storage::dense) return append(to_dense(batch), rows);
  const tensor::Dense& given = batch.dense();
  require_rows(batch, rows);
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

void Collected::require_rows(const Tensor& batch, Dim rows) const {
  LACUNA_REQUIRE(!batch.shape().empty() && batch.rows() == rows,
                 "predict: an output must have a row for each row of x. Received: output '", output_, "' ",
                 batch.spec(), ", rows of x=", rows, ".");
}

void Collected::append_csr(const Tensor& batch, Dim rows) {
  require_rows(batch, rows);
  Spec spec = batch.spec();
  spec.shape[0] = None;
  if (!csr_) {
    schema_ = {{output_, data::Role::target, spec}};
    csr_ = std::make_unique<data::GatheredRows>(schema_);
  }
  LACUNA_REQUIRE(spec.shape == schema_[0].spec.shape,
                 "predict: rows of an output must have one shape in all batches. Received: output '", output_,
                 "' ", batch.spec(), ", before ", schema_[0].spec,
                 "; a batch_size of all rows makes one batch.");
  csr_->append({.rows = rows, .parts = {batch}}, 0, rows);
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

Tensor Collected::take() {
  if (csr_) return std::move(csr_->take()[0]);
  if (rows_ && *rows_ < all_.shape[0]) {
    tensor::Dense rest;
    Shape shape = all_.shape;
    shape[0] = *rows_;
    rest.resize(shape, all_.dtype);
    if (rest.data.bytes()) std::memcpy(rest.data.data(), all_.data.data(), rest.data.bytes());
    all_ = std::move(rest);
  }
  if (all_.dtype == DType::string) return all_.copy_of_strings();
  return std::move(all_);
}

}  // namespace lacuna
