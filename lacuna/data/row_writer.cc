// The room for rows, and the order of their columns.
#include "lacuna/data/row_writer.h"

#include <algorithm>
#include <limits>
#include <ranges>

#include "lacuna/kernels/rank_columns.h"

namespace lacuna::data {

void RowWriter::begin(RowBlock& block, size_t rows, size_t list_items, bool check_words) {
  check_words_ = check_words;
  block_ = &block;
  rows_ = 0;
  block.bad.clear();
  const Schema& schema = layout_.schema();
  block.parts.resize(schema.size());
  for (size_t i = 0; i < schema.size(); ++i) {
    const Spec& spec = schema[i].spec;
    parts_[i] = {};
    Texts& texts = texts_[i];
    texts.given = spec.dtype == DType::string;
    has_texts_ = has_texts_ || texts.given;
    texts.bytes.clear();
    texts.row_begin = 0;
    if (block.parts[i].storage() != spec.storage) block.parts[i] = Tensor::empty(spec);
    if (spec.storage == Storage::csr) {
      tensor::Csr& csr = block.parts[i].csr();
      const Dim columns = spec.shape[1];
      csr.resize(static_cast<Dim>(rows), columns, rows * layout_.fields_of(i) + list_items, spec.dtype,
                 columns > std::numeric_limits<int32_t>::max() ? DType::int64 : DType::int32);
      parts_[i].values = csr.values<float>().data();
      if (csr.index == DType::int64) {
        parts_[i].wide = csr.indices.as<int64_t>().data();
        parts_[i].wide_ends = csr.indptr.as<int64_t>().data();
        parts_[i].wide_ends[0] = 0;
      } else {
        parts_[i].narrow = csr.indices.as<int32_t>().data();
        parts_[i].narrow_ends = csr.indptr.as<int32_t>().data();
        parts_[i].narrow_ends[0] = 0;
      }
    } else if (texts.given) {
      texts.places.resize(rows * layout_.fields_of(i));
    } else {
      Shape shape = spec.shape;
      shape[0] = static_cast<Dim>(rows);
      block.parts[i].dense().resize(shape, spec.dtype);
      if (schema[i].role != Role::input) continue;
      if (spec.dtype == DType::int64) parts_[i].wide = block.parts[i].dense().values<int64_t>().data();
      else parts_[i].narrow = block.parts[i].dense().values<int32_t>().data();
    }
  }
}

void RowWriter::finish() {
  RowBlock& block = *block_;
  const Schema& schema = layout_.schema();
  const auto rows = static_cast<Dim>(rows_);
  for (size_t i = 0; i < schema.size(); ++i) {
    if (schema[i].spec.storage == Storage::csr) {
      tensor::Csr& csr = block.parts[i].csr();
      csr.resize(rows, csr.columns, parts_[i].entries, csr.dtype, csr.index);
    } else {
      tensor::Dense& dense = block.parts[i].dense();
      Shape shape = schema[i].spec.shape;
      shape[0] = rows;
      if (const Texts& texts = texts_[i]; texts.given) {
        char* const bytes = dense.resize_strings(shape, texts.bytes.size());
        std::ranges::copy(texts.bytes, bytes);
        std::ranges::transform(
            texts.places | std::views::take(dense.size()), dense.values<std::string_view>().begin(),
            [&](const Texts::Place& place) { return std::string_view(bytes + place.begin, place.size); });
        continue;
      }
      dense.resize(shape, dense.dtype);
    }
  }
  block.rows = rows;
}

// Sorts the columns of the last row; those that are named twice are added, in the order of the row.
void RowWriter::sort_row(Part& part) {
  const size_t count = part.entries - part.row_begin;
  order_.resize(count);
  if (part.wide || count > kernels::kMostRanked) {
    for (size_t k = 0; k < count; ++k) {
      const size_t at = part.row_begin + k;
      order_[k] = {part.wide ? part.wide[at] : part.narrow[at], part.values[at]};
    }
    std::ranges::stable_sort(order_, {}, &std::pair<Dim, float>::first);
  } else {
    const int32_t* const columns = part.narrow + part.row_begin;
    int32_t ranks[kernels::kMostRanked];
    kernels::rank_columns(columns, count, ranks);
    for (size_t k = 0; k < count; ++k)
      order_[static_cast<size_t>(ranks[k])] = {columns[k], part.values[part.row_begin + k]};
  }
  part.entries = part.row_begin;
  part.last = -1;
  for (const auto& [id, value] : order_) {
    if (id == part.last) {
      part.values[part.entries - 1] += value;
      continue;
    }
    if (part.wide) part.wide[part.entries] = id;
    else part.narrow[part.entries] = static_cast<int32_t>(id);
    part.values[part.entries++] = value;
    part.last = id;
  }
}

}  // namespace lacuna::data
