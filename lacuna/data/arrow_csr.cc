// The items of lists are the indices of csr, their offsets its indptr.
#include "lacuna/data/arrow_csr.h"

#include <algorithm>
#include <limits>

namespace lacuna::data {
namespace {

template <class I>
bool ids_grow(const I* ids, int64_t count, Dim width) {
  Dim last = -1;
  bool grow = true;
  for (int64_t i = 0; i < count; ++i) {
    grow = grow && ids[i] > last;
    last = ids[i];
  }
  return grow && last < width;
}

template <class I>
void view_lists(const ArrowColumn& lists, const ArrowSlice& slice, tensor::Csr& to) {
  to.indptr.as<I>()[0] = 0;
  if (slice.begin == slice.end) return;
  const int64_t first = lists.list(slice.begin).begin;
  for (int64_t row = slice.begin; row < slice.end; ++row)
    to.indptr.as<I>()[static_cast<size_t>(row - slice.begin) + 1] =
        static_cast<I>(lists.list(row).end - first);
  const auto count = static_cast<size_t>(lists.list(slice.end - 1).end - first);
  to.indices = Buffer::view(lists.items().values<I>() + first, count * sizeof(I), slice.table);
  to.data.resize(count * sizeof(float));
  std::ranges::fill(to.values<float>(), 1.0f);
}

}  // namespace

bool has_layout_of_csr(const FieldUse& use, const ArrowColumn& lists, const ColumnLayout& layout) {
  if (use.kind != Column::Kind::ids || layout.has_ids() || layout.fields_of(use.part) != 1) return false;
  if (lists.type().family() != ArrowType::Family::list || lists.items().may_have_nulls()) return false;
  const std::string& format = lists.items().type().format();
  return format == (use.width > std::numeric_limits<int32_t>::max() ? "l" : "i");
}

bool are_rows_of_csr(const FieldUse& use, const ArrowColumn& lists, int64_t begin, int64_t end) {
  const ArrowColumn& items = lists.items();
  const bool wide = items.type().format() == "l";
  for (int64_t row = begin, at = begin < end ? lists.list(begin).begin : 0; row < end; ++row) {
    const auto [from, to] = lists.list(row);
    if (from != at || (lists.is_null(row) && from < to)) return false;
    if (wide ? !ids_grow(items.values<int64_t>() + from, to - from, use.width)
             : !ids_grow(items.values<int32_t>() + from, to - from, use.width))
      return false;
    at = to;
  }
  return true;
}

void view_as_csr(const ArrowColumn& lists, const ArrowSlice& slice, tensor::Csr& to) {
  if (to.index == DType::int64) view_lists<int64_t>(lists, slice, to);
  else view_lists<int32_t>(lists, slice, to);
}

}  // namespace lacuna::data
