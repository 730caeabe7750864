// The tensors of the contract test: draws the inputs of an example in every storage, and reads back the
// values of results.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <ostream>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/graph/registry.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {

// A failure prints the name of the op.
inline void PrintTo(const Registration& registration, std::ostream* out) { *out << registration.name; }

inline Shape with_batch(Shape shape, Dim batch) {
  std::replace(shape.begin(), shape.end(), None, batch);
  return shape;
}

inline double draw(const Example::Input& input, Generator& random) {
  switch (input.values) {
    case Values::real:
      return (0.3 + 0.9 * random.uniform()) * (random() % 2 ? 1 : -1);
    case Values::positive:
      return 0.2 + random.uniform();
    case Values::small:
      return (0.2 + 0.7 * random.uniform()) * (random() % 2 ? 1 : -1);
    case Values::above_one:
      return 1.2 + random.uniform();
    case Values::zero_one:
      return static_cast<double>(random() % 2);
    case Values::ids:
      return static_cast<double>(random.below(static_cast<uint64_t>(input.limit)));
  }
  return 0;
}

inline tensor::Dense dense(const Example::Input& input, const Shape& shape, DType dtype, Generator& random) {
  tensor::Dense result;
  result.resize(shape, dtype);
  if (dtype == DType::string) {
    static constexpr std::string_view kWords[] = {"",       "word 1", "word 2", "word 3",        "word 4",
                                                  "word 5", "word 6", "word 7", "a longer word", "ä"};
    for (auto& v : result.values<std::string_view>())
      v = kWords[random.below(std::min<uint64_t>(std::size(kWords), static_cast<uint64_t>(input.limit)))];
    return result;
  }
  with_dtype(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (T& v : result.values<T>()) v = static_cast<T>(draw(input, random));
  });
  return result;
}

// Entries of a full tensor; one row in three has none, one entry in seven is a stored zero.
inline tensor::Csr csr(const tensor::Dense& full, double density, Generator& pattern) {
  std::vector<int32_t> indices, indptr{0};
  for (Dim r = 0; r < full.shape[0]; ++r) {
    for (Dim c = 0; c < full.shape[1]; ++c)
      if ((density == 1 || r % 3 != 1) && pattern.uniform() < density)
        indices.push_back(static_cast<int32_t>(c));
    indptr.push_back(static_cast<int32_t>(indices.size()));
  }
  tensor::Csr result;
  result.resize(full.shape[0], full.shape[1], indices.size(), full.dtype);
  std::copy(indices.begin(), indices.end(), result.indices.as<int32_t>().begin());
  std::copy(indptr.begin(), indptr.end(), result.indptr.as<int32_t>().begin());
  with_dtype(full.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (Dim r = 0; r < full.shape[0]; ++r)
      for (auto k = static_cast<size_t>(indptr[static_cast<size_t>(r)]);
           k < static_cast<size_t>(indptr[static_cast<size_t>(r) + 1]); ++k)
        result.values<T>()[k] =
            k % 7 == 3 ? T(0) : full.values<T>()[static_cast<size_t>(r * full.shape[1] + indices[k])];
  });
  return result;
}

// The same matrix with indices of another type and, as a view, other entries before and after, which no op
// may read: NaN in a column that does not exist.
inline tensor::Csr laid_out(const tensor::Csr& a, DType index, bool view) {
  const size_t nonzeros = a.nonzeros(), around = view ? 2 : 0, item = size_of(a.dtype);
  tensor::Csr result;
  result.resize(a.rows, a.columns, nonzeros + 2 * around, a.dtype, index);
  if (is_float(a.dtype))
    with_float("laid_out", a.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      std::ranges::fill(result.values<T>(), std::numeric_limits<T>::quiet_NaN());
    });
  std::copy_n(a.data.data(), nonzeros * item, result.data.data() + around * item);
  const auto put = [&](auto tag) {
    using I = typename decltype(tag)::type;
    const auto indices = result.indices.as<I>(), indptr = result.indptr.as<I>();
    std::ranges::fill(indices, std::numeric_limits<I>::max());
    std::ranges::copy(a.indices.as<int32_t>().first(nonzeros),
                      indices.begin() + static_cast<ptrdiff_t>(around));
    std::ranges::transform(a.indptr.as<int32_t>(), indptr.begin(),
                           [&](int32_t p) { return static_cast<I>(p) + static_cast<I>(around); });
  };
  if (index == DType::int64) put(Tag<int64_t>{});
  else put(Tag<int32_t>{});
  return result;
}

// Zeros in place of all values.
inline void only_zeros(Buffer& data) {
  if (data.bytes()) std::memset(data.data(), 0, data.bytes());
}

// Some rows of a full tensor, the last ones first.
inline tensor::RowSparse row_sparse(const tensor::Dense& full, double density, Generator& pattern) {
  std::vector<int64_t> ids;
  for (Dim r = full.shape[0]; r-- > 0;)
    if (pattern.uniform() < density) ids.push_back(r);
  tensor::RowSparse result;
  result.resize(full.shape, ids.size(), full.dtype);
  std::copy(ids.begin(), ids.end(), result.row_ids().begin());
  const size_t row = result.width() * size_of(full.dtype);
  for (size_t i = 0; i < ids.size(); ++i)
    std::copy_n(full.data.data() + static_cast<size_t>(ids[i]) * row, row, result.data.data() + i * row);
  return result;
}

// Fills a table so that slot s has row s. Its dtype is a float.
inline void fill(RowTable& table, const tensor::Dense& full) {
  std::vector<int64_t> ids(static_cast<size_t>(full.shape[0]));
  std::vector<int32_t> slots(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<int64_t>(i);
  table.touch(ids, slots);
  with_float("fill", full.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (size_t s = 0; s < ids.size(); ++s)
      std::copy_n(full.values<T>().data() + s * table.width(), table.width(),
                  table.rows<T>() + s * table.stride());
  });
}

inline std::vector<double> values_of(const Tensor& x) {
  const tensor::Dense d = to_dense(x);
  std::vector<double> result;
  with_dtype(d.dtype, [&](auto tag) {
    for (const auto v : d.values<typename decltype(tag)::type>()) result.push_back(static_cast<double>(v));
  });
  return result;
}

inline bool near(double a, double b, double tolerance) {
  return (std::isnan(a) && std::isnan(b)) || a == b ||
         std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b));
}

// The row and column of each entry.
inline std::vector<std::pair<size_t, int64_t>> pattern_of(const tensor::Csr& a) {
  std::vector<std::pair<size_t, int64_t>> result;
  with_index(a, [&](auto indices, auto indptr) {
    for (size_t r = 0; r < static_cast<size_t>(a.rows); ++r)
      for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k)
        result.emplace_back(r, indices[k]);
  });
  return result;
}

// A stored value of a float64 tensor and its position in the dense tensor.
struct Entry {
  double* value;
  size_t place;
};
inline std::vector<Entry> stored(Tensor& x) {
  std::vector<Entry> result;
  switch (x.storage()) {
    case Storage::dense:
      for (double& v : x.dense().values<double>()) result.push_back({&v, result.size()});
      break;
    case Storage::csr: {
      tensor::Csr& a = x.csr();
      with_index(a, [&](auto indices, auto indptr) {
        for (size_t r = 0; r < static_cast<size_t>(a.rows); ++r)
          for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k)
            result.push_back({&a.values<double>()[k],
                              r * static_cast<size_t>(a.columns) + static_cast<size_t>(indices[k])});
      });
      break;
    }
    case Storage::row_sparse: {
      tensor::RowSparse& a = x.row_sparse();
      for (size_t i = 0; i < a.row_ids().size(); ++i)
        for (size_t j = 0; j < a.width(); ++j)
          result.push_back(
              {&a.values<double>()[i * a.width() + j], static_cast<size_t>(a.row_ids()[i]) * a.width() + j});
      break;
    }
    case Storage::row_table: {
      RowTable& table = x.table();
      for (size_t s = 0; s < table.size(); ++s)
        for (size_t j = 0; j < table.width(); ++j)
          result.push_back({table.rows<double>() + s * table.stride() + j, s * table.width() + j});
      break;
    }
  }
  return result;
}

// Sets to 0 all values that x does not store.
inline void keep_stored(const Tensor& x, std::vector<double>& values) {
  if (!is_float(x.dtype())) return;
  Tensor mine = cast(x, DType::float64);
  std::vector<double> kept(values.size());
  for (const Entry& entry : stored(mine)) kept[entry.place] = values[entry.place];
  values = kept;
}

}  // namespace lacuna
