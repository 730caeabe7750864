// G = Aᵀ B, A csr. Narrow: added in batch order. Wide: the batch's non-zeros are ordered by column with a
// counting sort, then each row of G is summed in registers by one thread.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/csr_t_dot_cpu.cc"
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/base/threads.h"
#include "lacuna/kernels/csr_t_dot.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Rows [begin, end) of G from the entries ordered by column.
template <class T>
HWY_INLINE void segments(const int32_t* start, const int32_t* row, const T* value, const T* b, size_t units,
                         T* g, size_t begin, size_t end) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  for (size_t i = begin; i < end; ++i) {
    const int32_t from = start[i], to = start[i + 1];
    T* out = g + i * units;
    size_t j = 0;
    for (; j + 4 * lanes <= units; j += 4 * lanes) {
      auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
      for (int32_t k = from; k < to; ++k) {
        const auto x = hn::Set(d, value[k]);
        const T* p = b + static_cast<size_t>(row[k]) * units + j;
        s0 = hn::MulAdd(x, hn::LoadU(d, p), s0);
        s1 = hn::MulAdd(x, hn::LoadU(d, p + lanes), s1);
        s2 = hn::MulAdd(x, hn::LoadU(d, p + 2 * lanes), s2);
        s3 = hn::MulAdd(x, hn::LoadU(d, p + 3 * lanes), s3);
      }
      hn::StoreU(s0, d, out + j);
      hn::StoreU(s1, d, out + j + lanes);
      hn::StoreU(s2, d, out + j + 2 * lanes);
      hn::StoreU(s3, d, out + j + 3 * lanes);
    }
    for (; j + lanes <= units; j += lanes) {
      auto s = hn::Zero(d);
      for (int32_t k = from; k < to; ++k)
        s = hn::MulAdd(hn::Set(d, value[k]), hn::LoadU(d, b + static_cast<size_t>(row[k]) * units + j), s);
      hn::StoreU(s, d, out + j);
    }
    for (; j < units; ++j) {
      T s = 0;
      for (int32_t k = from; k < to; ++k) s += value[k] * b[static_cast<size_t>(row[k]) * units + j];
      out[j] = s;
    }
  }
}

void segments_f32(const int32_t* start, const int32_t* row, const float* value, const float* b, size_t units,
                  float* g, size_t begin, size_t end) {
  segments(start, row, value, b, units, g, begin, end);
}
void segments_f64(const int32_t* start, const int32_t* row, const double* value, const double* b,
                  size_t units, double* g, size_t begin, size_t end) {
  segments(start, row, value, b, units, g, begin, end);
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cstring>

namespace lacuna::kernels {
HWY_EXPORT(segments_f32);
HWY_EXPORT(segments_f64);

namespace {

template <class T>
size_t one_unit(const CsrView<T>& a, const T* b, int32_t* number, int64_t* ids, T* g) {
  int32_t distinct = 0;
  for (size_t r = 0; r < a.rows; ++r) {
    const T x = b[r];
    for (int32_t k = a.indptr[r]; k < a.indptr[r + 1]; ++k) {
      const auto column = static_cast<size_t>(a.indices[k]);
      const int32_t place = number[column];
      if (place) {
        g[place - 1] += a.data[k] * x;
      } else {
        ids[distinct] = a.indices[k];
        g[distinct] = a.data[k] * x;
        number[column] = ++distinct;
      }
    }
  }
  return static_cast<size_t>(distinct);
}

template <class T>
void add_in_order(const CsrView<T>& a, const T* b, size_t units, std::span<const int32_t> number,
                  size_t distinct, T* g) {
  std::memset(g, 0, distinct * units * sizeof(T));
  for (size_t r = 0; r < a.rows; ++r) {
    const T* from = b + r * units;
    for (int32_t k = a.indptr[r]; k < a.indptr[r + 1]; ++k) {
      T* to = g + static_cast<size_t>(number[static_cast<size_t>(a.indices[k])] - 1) * units;
      const T x = a.data[k];
      for (size_t j = 0; j < units; ++j) to[j] += x * from[j];
    }
  }
}

template <class T, class Segments>
void by_column(const CsrView<T>& a, size_t units, std::span<const int32_t> number, size_t distinct,
               const ByColumn<T>& scratch, const Segments& segments) {
  const auto start = scratch.start;
  std::fill_n(start.begin(), distinct + 1, 0);
  const auto place = [&](int32_t k) {
    return static_cast<size_t>(number[static_cast<size_t>(a.indices[k])]);
  };
  for (int32_t k = a.indptr[0]; k < a.indptr[a.rows]; ++k)
    ++start[place(k)];  // Counts column i at start[i + 1].
  for (size_t i = 0; i < distinct; ++i) start[i + 1] += start[i];
  // Filling moves start[i] on to where column i ends, in batch order.
  for (size_t r = 0; r < a.rows; ++r)
    for (int32_t k = a.indptr[r]; k < a.indptr[r + 1]; ++k) {
      const auto at = static_cast<size_t>(start[place(k) - 1]++);
      scratch.row[at] = static_cast<int32_t>(r);
      scratch.value[at] = a.data[k];
    }
  for (size_t i = distinct; i > 0; --i) start[i] = start[i - 1];
  start[0] = 0;
  const size_t work = distinct ? (a.nonzeros() / distinct + 1) * units : 1;
  parallel_for(distinct, std::max<size_t>(1, (size_t{1} << 17) / work), segments);
}

}  // namespace

size_t number_columns(std::span<const int32_t> indices, std::span<int32_t> number, std::span<int64_t> ids) {
  size_t distinct = 0;
  for (const int32_t column : indices) {
    int32_t& place = number[static_cast<size_t>(column)];
    if (place == 0) {
      ids[distinct++] = column;
      place = static_cast<int32_t>(distinct);
    }
  }
  return distinct;
}

size_t csr_t_dot_one(const CsrView<float>& a, const float* b, std::span<int32_t> number, int64_t* ids,
                     float* g) {
  return one_unit(a, b, number.data(), ids, g);
}
size_t csr_t_dot_one(const CsrView<double>& a, const double* b, std::span<int32_t> number, int64_t* ids,
                     double* g) {
  return one_unit(a, b, number.data(), ids, g);
}

void release_columns(std::span<const int64_t> ids, std::span<int32_t> number) {
  for (const int64_t id : ids) number[static_cast<size_t>(id)] = 0;
}

bool csr_t_dot_is_wide(size_t units) { return units >= 32; }

void csr_t_dot(const CsrView<float>& a, const float* b, size_t units, std::span<const int32_t> number,
               size_t distinct, const ByColumn<float>& scratch, float* g) {
  if (!csr_t_dot_is_wide(units)) return add_in_order(a, b, units, number, distinct, g);
  by_column(a, units, number, distinct, scratch, [&](size_t begin, size_t end) {
    HWY_DYNAMIC_DISPATCH(segments_f32)
    (scratch.start.data(), scratch.row.data(), scratch.value.data(), b, units, g, begin, end);
  });
}
void csr_t_dot(const CsrView<double>& a, const double* b, size_t units, std::span<const int32_t> number,
               size_t distinct, const ByColumn<double>& scratch, double* g) {
  if (!csr_t_dot_is_wide(units)) return add_in_order(a, b, units, number, distinct, g);
  by_column(a, units, number, distinct, scratch, [&](size_t begin, size_t end) {
    HWY_DYNAMIC_DISPATCH(segments_f64)
    (scratch.start.data(), scratch.row.data(), scratch.value.data(), b, units, g, begin, end);
  });
}

}  // namespace lacuna::kernels
#endif
