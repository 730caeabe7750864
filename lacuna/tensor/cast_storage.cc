// Storage to storage, and dtype to dtype.
#include "lacuna/tensor/cast_storage.h"

#include <cstring>

#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

template <class F>
void with_index(const tensor::Csr& a, F&& f) {
  if (a.index == DType::int64) f(a.indices.as<int64_t>(), a.indptr.as<int64_t>());
  else f(a.indices.as<int32_t>(), a.indptr.as<int32_t>());
}

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

void to_dense(const Tensor& a, tensor::Dense& out) {
  const Shape shape = a.shape();
  switch (a.storage()) {
    case Storage::dense:
      out.resize(shape, a.dtype());
      if (out.data.bytes()) std::memcpy(out.data.data(), a.dense().data.data(), out.data.bytes());
      return;
    case Storage::csr:
      out.resize(shape, a.dtype());
      if (out.data.bytes()) std::memset(out.data.data(), 0, out.data.bytes());
      with_dtype(a.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto from = a.csr().values<T>();
        const auto to = out.values<T>();
        with_index(a.csr(), [&](auto indices, auto indptr) {
          for (size_t r = 0; r < static_cast<size_t>(shape[0]); ++r)
            for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k) {
              T& place = to[r * static_cast<size_t>(shape[1]) + static_cast<size_t>(indices[k])];
              place = static_cast<T>(place + from[k]);
            }
        });
      });
      return;
    case Storage::row_sparse: {
      out.resize(shape, a.dtype());
      if (out.data.bytes()) std::memset(out.data.data(), 0, out.data.bytes());
      const size_t row = a.row_sparse().width() * size_of(a.dtype());
      const auto ids = a.row_sparse().row_ids();
      for (size_t i = 0; i < ids.size(); ++i)
        std::memcpy(out.data.data() + static_cast<size_t>(ids[i]) * row, a.row_sparse().data.data() + i * row, row);
      return;
    }
    case Storage::row_table: {
      const RowTable& table = a.table();
      Shape slots = shape;
      slots[0] = static_cast<Dim>(table.readable());
      out.resize(slots, a.dtype());
      const size_t item = size_of(a.dtype()), row = table.width() * item;
      for (size_t s = 0; s < table.readable(); ++s)
        std::memcpy(out.data.data() + s * row, table.rows<std::byte>() + s * table.stride() * item, row);
      return;
    }
  }
}

void to_csr(const Tensor& a, tensor::Csr& out) {
  if (a.storage() == Storage::csr) {
    out = a.copy().csr();
    return;
  }
  if (a.storage() != Storage::dense) return to_csr(Tensor(to_dense(a)), out);
  const Shape shape = a.shape();
  require(shape.size() == 2, "to_csr: a csr matrix has rank 2. Received: ", a.spec(), ".");
  const auto rows = static_cast<size_t>(shape[0]), columns = static_cast<size_t>(shape[1]);
  with_dtype(a.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto from = a.dense().values<T>();
    size_t nonzeros = 0;
    for (const T v : from) nonzeros += v != T(0);
    out.resize(shape[0], shape[1], nonzeros, a.dtype());
    const auto values = out.values<T>();
    const auto indices = out.indices.template as<int32_t>(), indptr = out.indptr.template as<int32_t>();
    size_t k = 0;
    for (size_t r = 0; r < rows; ++r) {
      indptr[r] = static_cast<int32_t>(k);
      for (size_t c = 0; c < columns; ++c)
        if (const T v = from[r * columns + c]; v != T(0)) {
          values[k] = v;
          indices[k++] = static_cast<int32_t>(c);
        }
    }
    indptr[rows] = static_cast<int32_t>(k);
  });
}

void to_row_sparse(const Tensor& a, tensor::RowSparse& out) {
  if (a.storage() == Storage::row_sparse) {
    out = a.copy().row_sparse();
    return;
  }
  if (a.storage() == Storage::row_table) {
    out = a.table().to_row_sparse();
    return;
  }
  if (a.storage() == Storage::csr) return to_row_sparse(Tensor(to_dense(a)), out);
  const Shape shape = a.shape();
  require(shape.size() >= 2, "to_row_sparse: a row_sparse tensor has rank 2 or more. Received: ", a.spec(), ".");
  with_dtype(a.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto from = a.dense().values<T>();
    out.shape = shape;
    const size_t width = out.width();
    std::vector<int64_t> ids;
    for (Dim r = 0; r < shape[0]; ++r) {
      const auto row = from.subspan(static_cast<size_t>(r) * width, width);
      if (std::any_of(row.begin(), row.end(), [](T v) { return v != T(0); })) ids.push_back(r);
    }
    out.resize(shape, ids.size(), a.dtype());
    std::copy(ids.begin(), ids.end(), out.row_ids().begin());
    for (size_t i = 0; i < ids.size(); ++i)
      std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(static_cast<size_t>(ids[i]) * width), width,
                  out.values<T>().begin() + static_cast<std::ptrdiff_t>(i * width));
  });
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
    case Storage::row_table: break;
  }
  return result;
}

}  // namespace lacuna
