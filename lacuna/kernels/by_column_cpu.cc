// A counting sort over the columns that a batch names, not over all there are.
#include "lacuna/kernels/by_column.h"

#include <hwy/cache_control.h>

namespace lacuna::kernels {
namespace {

// for_entries(f) calls f(entry, row, value) for all entries in batch order; columns[entry] is its column.
template <class I, class T, class ForEntries>
size_t sort(const I* columns, size_t entries, const ForEntries& for_entries, std::span<int32_t> number,
            std::span<int32_t> place, const ByColumn<T>& to) {
  int32_t distinct = 0;
  to.start[0] = 0;
  constexpr size_t kAhead = 32;
  for (size_t k = 0; k < entries; ++k) {  // Counts column i at start[i + 1].
    if (k + kAhead < entries) hwy::Prefetch(&number[static_cast<size_t>(columns[k + kAhead])]);
    // No branch: whether a column is new is as random as the columns.
    int32_t& known = number[static_cast<size_t>(columns[k])];
    const bool met = known != 0;
    known = met ? known : distinct + 1;
    to.ids[distinct] = columns[k];
    to.start[known] = (met ? to.start[known] : 0) + 1;
    place[k] = known - 1;
    distinct += !met;
  }
  for (int32_t i = 0; i < distinct; ++i) {
    to.start[i + 1] += to.start[i];
    number[static_cast<size_t>(to.ids[i])] = 0;
  }
  // Filling moves start[i] on to where column i ends.
  for_entries([&](size_t k, size_t row, T value) {
    const auto at = static_cast<size_t>(to.start[place[k]]++);
    to.row[at] = static_cast<int32_t>(row);
    to.value[at] = value;
  });
  for (int32_t i = distinct; i > 0; --i) to.start[i] = to.start[i - 1];
  to.start[0] = 0;
  return static_cast<size_t>(distinct);
}

template <class T>
size_t sort_csr(const CsrView<T>& a, std::span<int32_t> number, std::span<int32_t> place,
                const ByColumn<T>& to) {
  const int32_t first = a.indptr[0];
  const auto for_entries = [&](const auto& f) {
    for (size_t r = 0; r < a.rows; ++r)
      for (int32_t k = a.indptr[r]; k < a.indptr[r + 1]; ++k) f(static_cast<size_t>(k - first), r, a.data[k]);
  };
  return sort(a.indices + first, a.nonzeros(), for_entries, number, place, to);
}

template <class I, class T>
size_t sort_ids(std::span<const I> ids, std::span<int32_t> number, std::span<int32_t> place,
                const ByColumn<T>& to) {
  const auto for_entries = [&](const auto& f) {
    for (size_t k = 0; k < ids.size(); ++k) f(k, k, T(1));
  };
  return sort(ids.data(), ids.size(), for_entries, number, place, to);
}

}  // namespace

size_t by_column(const CsrView<float>& a, std::span<int32_t> number, std::span<int32_t> place,
                 const ByColumn<float>& to) {
  return sort_csr(a, number, place, to);
}
size_t by_column(const CsrView<double>& a, std::span<int32_t> number, std::span<int32_t> place,
                 const ByColumn<double>& to) {
  return sort_csr(a, number, place, to);
}

#define LACUNA_BY_ID(I, T)                                                                  \
  size_t by_id(std::span<const I> ids, std::span<int32_t> number, std::span<int32_t> place, \
               const ByColumn<T>& to) {                                                     \
    return sort_ids(ids, number, place, to);                                                \
  }
LACUNA_BY_ID(int32_t, float)
LACUNA_BY_ID(int32_t, double)
LACUNA_BY_ID(int64_t, float)
LACUNA_BY_ID(int64_t, double)
#undef LACUNA_BY_ID

}  // namespace lacuna::kernels
