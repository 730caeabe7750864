// Conversions between storages and between dtypes.
#include "lacuna/tensor/cast_storage.h"

#include <cstring>

#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

void convert(const Buffer& from, DType from_dtype, Buffer& to, DType to_dtype) {
  with_dtype(from_dtype, [&](auto from_tag) {
    with_dtype(to_dtype, [&](auto to_tag) {
      using To = typename decltype(to_tag)::type;
      const auto source = from.as<typename decltype(from_tag)::type>();
      to.resize(source.size() * sizeof(To));
      const auto target = to.as<To>();
      for (size_t i = 0; i < source.size(); ++i) target[i] = static_cast<To>(source[i]);
    });
  });
}

}  // namespace

// Nothing is allocated once `out` is large enough.

void csr_to_dense(const tensor::Csr& from, tensor::Dense& out) {
  out.resize({from.rows, from.columns}, from.dtype);
  if (out.data.bytes()) std::memset(out.data.data(), 0, out.data.bytes());
  with_dtype(from.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto values = from.values<T>();
    const auto to = out.values<T>();
    with_index(from, [&](auto indices, auto indptr) {
      for (size_t r = 0; r < static_cast<size_t>(from.rows); ++r)
        for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k) {
          T& place = to[r * static_cast<size_t>(from.columns) + static_cast<size_t>(indices[k])];
          place = static_cast<T>(place + values[k]);
        }
    });
  });
}

void dense_to_csr(const tensor::Dense& a, tensor::Csr& out) {
  const auto rows = static_cast<size_t>(a.shape[0]), columns = static_cast<size_t>(a.shape[1]);
  with_dtype(a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto from = a.values<T>();
    size_t nonzeros = 0;
    for (const T v : from) nonzeros += v != T(0);
    out.resize(a.shape[0], a.shape[1], nonzeros, a.dtype);
    const auto values = out.values<T>();
    const auto indices = out.indices.template as<int32_t>(), indptr = out.indptr.template as<int32_t>();
    size_t k = 0;
    for (size_t r = 0; r < rows; ++r) {
      indptr[r] = static_cast<int32_t>(k);
      for (size_t c = 0; c < columns; ++c)
        // Checks k, since another thread may write `a` meanwhile.
        if (const T v = from[r * columns + c]; v != T(0) && k < nonzeros) {
          values[k] = v;
          indices[k++] = static_cast<int32_t>(c);
        }
    }
    indptr[rows] = static_cast<int32_t>(k);
    out.resize(a.shape[0], a.shape[1], k, a.dtype);
  });
}

void to_dense(const Tensor& a, tensor::Dense& out) {
  const auto zeros = [&](const auto& shape) {
    out.resize(shape, a.dtype());
    if (out.data.bytes()) std::memset(out.data.data(), 0, out.data.bytes());
  };
  switch (a.storage()) {
    case Storage::dense:
      out.resize(a.dense().shape, a.dtype());
      if (out.data.bytes()) std::memcpy(out.data.data(), a.dense().data.data(), out.data.bytes());
      return;
    case Storage::csr:
      return csr_to_dense(a.csr(), out);
    case Storage::row_sparse: {
      const tensor::RowSparse& from = a.row_sparse();
      zeros(from.shape);
      const size_t row = from.width() * size_of(a.dtype());
      const auto ids = from.row_ids();
      for (size_t i = 0; i < ids.size(); ++i)
        std::memcpy(out.data.data() + static_cast<size_t>(ids[i]) * row, from.data.data() + i * row, row);
      return;
    }
    case Storage::row_table: {
      const RowTable& table = a.table();
      out.dtype = a.dtype();
      out.shape = table.shape();
      out.shape[0] = static_cast<Dim>(table.readable());
      const size_t item = size_of(a.dtype()), row = table.width() * item;
      out.data.resize(table.readable() * row);
      for (size_t s = 0; row && s < table.readable(); ++s)
        std::memcpy(out.data.data() + s * row, table.rows<std::byte>() + s * table.stride() * item, row);
      return;
    }
  }
}

namespace {

void rows_to_csr(const tensor::RowSparse& a, tensor::Csr& out) {
  const size_t width = a.width(), rows = static_cast<size_t>(a.shape[0]);
  const auto ids = a.row_ids();
  with_dtype(a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto from = a.values<T>();
    size_t nonzeros = 0;
    for (const T v : from) nonzeros += v != T(0);
    out.resize(a.shape[0], a.shape[1], nonzeros, a.dtype);
    const auto values = out.values<T>();
    const auto indices = out.indices.template as<int32_t>(), indptr = out.indptr.template as<int32_t>();
    std::fill(indptr.begin(), indptr.end(), 0);
    // Rows are in any order: counts the entries of each, then finds where it begins.
    for (size_t i = 0; i < ids.size(); ++i)
      for (size_t c = 0; c < width; ++c)
        indptr[static_cast<size_t>(ids[i]) + 1] += from[i * width + c] != T(0);
    for (size_t r = 0; r < rows; ++r) indptr[r + 1] += indptr[r];
    for (size_t i = 0; i < ids.size(); ++i) {
      auto k = static_cast<size_t>(indptr[static_cast<size_t>(ids[i])]);
      for (size_t c = 0; c < width; ++c)
        if (const T v = from[i * width + c]; v != T(0)) {
          values[k] = v;
          indices[k++] = static_cast<int32_t>(c);
        }
    }
  });
}

void dense_to_rows(const tensor::Dense& a, tensor::RowSparse& out) {
  with_dtype(a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto from = a.values<T>();
    out.resize(a.shape, static_cast<size_t>(a.shape[0]), a.dtype);
    const size_t width = out.width();
    size_t n = 0;
    for (Dim r = 0; r < a.shape[0]; ++r) {
      const T* row = from.data() + static_cast<size_t>(r) * width;
      if (std::all_of(row, row + width, [](T v) { return v == T(0); })) continue;
      out.row_ids()[n] = r;
      std::copy_n(row, width, out.values<T>().data() + n++ * width);
    }
    out.resize(out.shape, n, a.dtype);
  });
}

void csr_to_rows(const tensor::Csr& a, tensor::RowSparse& out) {
  with_dtype(a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto from = a.values<T>();
    with_index(a, [&](auto indices, auto indptr) {
      const auto rows = static_cast<size_t>(a.rows), width = static_cast<size_t>(a.columns);
      const auto is_zero = [](T v) { return v == T(0); };
      const auto each = [&](auto&& row) {
        for (size_t r = 0; r < rows; ++r) {
          const auto begin = static_cast<size_t>(indptr[r]), end = static_cast<size_t>(indptr[r + 1]);
          if (!std::all_of(from.data() + begin, from.data() + end, is_zero)) row(r, begin, end);
        }
      };
      size_t n = 0;
      each([&](size_t, size_t, size_t) { ++n; });
      out.shape.assign({a.rows, a.columns});
      out.resize(out.shape, n, a.dtype);
      const auto to = out.values<T>();
      std::fill(to.begin(), to.end(), T(0));
      n = 0;
      each([&](size_t r, size_t begin, size_t end) {
        if (n == out.row_ids().size()) return;  // Another thread may write the values meanwhile.
        out.row_ids()[n] = static_cast<int64_t>(r);
        for (size_t k = begin; k < end; ++k) {
          T& place = to[n * width + static_cast<size_t>(indices[k])];
          place = static_cast<T>(place + from[k]);
        }
        ++n;
      });
      out.resize(out.shape, n, a.dtype);
    });
  });
}

}  // namespace

void to_csr(const Tensor& a, tensor::Csr& out) {
  if (a.storage() == Storage::csr) {
    out = a.copy().csr();
    return;
  }
  const size_t rank = a.storage() == Storage::dense        ? a.dense().shape.size()
                      : a.storage() == Storage::row_sparse ? a.row_sparse().shape.size()
                                                           : a.shape().size();
  LACUNA_REQUIRE(rank == 2, "to_csr: a csr matrix has rank 2. Received: ", a.spec(), ".");
  if (a.storage() == Storage::dense) dense_to_csr(a.dense(), out);
  else if (a.storage() == Storage::row_sparse) rows_to_csr(a.row_sparse(), out);
  else dense_to_csr(to_dense(a), out);
}

void to_row_sparse(const Tensor& a, tensor::RowSparse& out) {
  switch (a.storage()) {
    case Storage::dense:
      LACUNA_REQUIRE(a.dense().shape.size() >= 2,
                     "to_row_sparse: a row_sparse tensor has rank 2 or more. Received: ", a.spec(), ".");
      return dense_to_rows(a.dense(), out);
    case Storage::csr:
      return csr_to_rows(a.csr(), out);
    case Storage::row_sparse:
      out = a.copy().row_sparse();
      return;
    case Storage::row_table:
      out = a.table().to_row_sparse();
      return;
  }
}

tensor::Dense to_dense(const Tensor& a) {
  tensor::Dense out;
  to_dense(a, out);
  return out;
}

tensor::Csr to_csr(const Tensor& a) {
  tensor::Csr out;
  to_csr(a, out);
  return out;
}

tensor::RowSparse to_row_sparse(const Tensor& a) {
  tensor::RowSparse out;
  to_row_sparse(a, out);
  return out;
}

Tensor cast(const Tensor& a, DType dtype) {
  Tensor result = a.copy();
  if (a.dtype() == dtype || a.storage() == Storage::row_table) return result;
  switch (a.storage()) {
    case Storage::dense:
      convert(a.dense().data, a.dtype(), result.dense().data, dtype);
      result.dense().dtype = dtype;
      break;
    case Storage::csr:
      convert(a.csr().data, a.dtype(), result.csr().data, dtype);
      result.csr().dtype = dtype;
      break;
    case Storage::row_sparse:
      convert(a.row_sparse().data, a.dtype(), result.row_sparse().data, dtype);
      result.row_sparse().dtype = dtype;
      break;
    case Storage::row_table:
      break;
  }
  return result;
}

}  // namespace lacuna
