// What the runs of a scan and of its gradient share.
#include "lacuna/ops/recurrent/scan_run.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "lacuna/base/error.h"
#include "lacuna/base/random.h"

namespace lacuna {

void Block::zero(size_t batch) const {
  if (batch > 0 && row > 0) std::memset(data, 0, batch * row);
}
void Block::copy(const std::byte* from, size_t batch) const {
  if (batch > 0 && row > 0) std::memmove(data, from, batch * row);
}
void Block::scatter(const std::byte* from, const StepRows& rows) const {
  if (rows.all()) return copy(from, rows.batch);
  for (size_t i = 0; i < rows.size(); ++i)
    if (row) std::memcpy(data + rows.rows[i] * row, from + i * row, row);
}

size_t bytes_of_row(const Shape& shape, DType dtype) {
  size_t bytes = size_of(dtype);
  for (size_t i = 1; i < shape.size(); ++i) bytes *= static_cast<size_t>(shape[i]);
  return bytes;
}

void set_over_steps(tensor::Dense& out, size_t steps, size_t batch, const Spec& spec) {
  out.dtype = spec.dtype;
  out.shape.resize(spec.shape.size() + 1);
  out.shape[0] = static_cast<Dim>(steps);
  out.shape[1] = static_cast<Dim>(batch);
  std::copy(spec.shape.begin() + 1, spec.shape.end(), out.shape.begin() + 2);
}

void set_rows(tensor::Dense& out, size_t batch, const Spec& spec) {
  out.dtype = spec.dtype;
  out.shape = spec.shape;
  out.shape[0] = static_cast<Dim>(batch);
}

uint64_t seed_of_step(uint64_t seed, size_t step) { return mix(seed + mix(step)); }

void StepPlan::make(const std::vector<Symbol>& inputs, const std::vector<Symbol>& outputs, bool training) {
  plan_.emplace(inputs, outputs, training);
  for (const Symbol& s : inputs) {
    tensor::Dense view;
    view.dtype = s.dtype();
    view.shape = s.shape();
    views_.emplace_back(std::move(view));
  }
  packed_.resize(inputs.size());
  pointers_.resize(inputs.size());
}

template <class T>
StepRows StepPlan::rows(std::span<const T> mask, size_t batch) {
  rows_.resize(batch);
  size_t count = 0;
  for (size_t r = 0; r < batch; ++r)
    if (mask[r] != T(0)) rows_[count++] = static_cast<uint32_t>(r);
  return {std::span(rows_).first(count), batch};
}

StepRows StepPlan::rows(const Tensor* mask, size_t at, size_t batch) {
  if (mask)
    return with_float("scan", mask->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      return rows<T>(mask->dense().values<T>().subspan(at * batch, batch), batch);
    });
  if (rows_.size() != batch) {
    rows_.resize(batch);
    std::iota(rows_.begin(), rows_.end(), 0);
  }
  return {rows_, batch};
}

void StepPlan::feed(size_t i, const std::byte* rows, size_t count) {
  tensor::Dense& view = views_[i].dense();
  view.shape[0] = static_cast<Dim>(count);
  view.data = Buffer::view(rows, count * bytes_of_row(view.shape, view.dtype), nullptr);
  pointers_[i] = &views_[i];
}

void StepPlan::feed(size_t i, const std::byte* block, const StepRows& rows) {
  const tensor::Dense& view = views_[i].dense();
  const size_t row = bytes_of_row(view.shape, view.dtype);
  if (!rows.all()) {
    packed_[i].resize(rows.batch * row);  // At once for all rows, so that it grows once.
    for (size_t r = 0; r < rows.size(); ++r)
      if (row) std::memcpy(packed_[i].data() + r * row, block + rows.rows[r] * row, row);
    block = packed_[i].data();
  }
  feed(i, block, rows.size());
}

const std::byte* StepPlan::rows_of(size_t i, const StepRows& rows) const {
  const tensor::Dense& y = result(i);
  LACUNA_REQUIRE(y.shape[0] == static_cast<Dim>(rows.size()),
                 "scan: a step must give a row for each row of the batch. Received: result=",
                 Tensor(y).spec(), ", batch=", rows.size(), ".");
  return y.data.data();
}

}  // namespace lacuna
