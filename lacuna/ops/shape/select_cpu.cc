// select and its gradient on the CPU.
#include <cstring>

#include "lacuna/base/threads.h"
#include "lacuna/ops/parts/axis_op.h"
#include "lacuna/ops/parts/ids.h"

namespace lacuna::cpu {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

size_t axis_of(const Op& op) { return static_cast<const AxisOp&>(op).axis; }

// Calls f(ids) after checking that all are in [0, size).
template <class F>
void checked_ids(const Tensor& ids, Dim size, const Tensor& x, const F& f) {
  with_ids("select", ids.dense(), [&](auto values) {
    const size_t bad = first_out_of_range(values, size);
    LACUNA_REQUIRE_RANGE(bad >= values.size(), "select: ids must be in [0, ", size,
                         "), the size of the axis. Received: id=", values[bad], " at place ", bad,
                         ", x=", x.spec(), ".");
    f(values);
  });
}

// The positions of each id in a list, found by a search among the sorted ids.
class Places {
 public:
  // Uses places 0 and 1 of the scratch.
  template <class I>
  Places(Scratch& scratch, std::span<const I> ids)
      : ids_(scratch.get<int64_t>(0, ids.size())), places_(scratch.get<int32_t>(1, ids.size())) {
    for (size_t i = 0; i < ids.size(); ++i) places_[i] = static_cast<int32_t>(i);
    std::ranges::sort(places_, {}, [&](int32_t p) { return std::pair(ids[static_cast<size_t>(p)], p); });
    for (size_t i = 0; i < ids.size(); ++i) ids_[i] = ids[static_cast<size_t>(places_[i])];
  }
  // Ascending.
  std::span<const int32_t> operator[](int64_t id) const {
    const auto [first, last] = std::ranges::equal_range(ids_, id);
    return places_.subspan(static_cast<size_t>(first - ids_.begin()), static_cast<size_t>(last - first));
  }

 private:
  std::span<int64_t> ids_;
  std::span<int32_t> places_;
};

template <class I>
void select_rows(const tensor::Csr& x, std::span<const I> ids, tensor::Csr& y) {
  with_index(x, [&](auto indices, auto indptr) {
    using J = typename decltype(indices)::value_type;
    size_t entries = 0;
    for (const I id : ids)
      entries += static_cast<size_t>(indptr[static_cast<size_t>(id) + 1] - indptr[static_cast<size_t>(id)]);
    LACUNA_REQUIRE(entries < size_t{1} << 31,
                   "select: the result may hold up to 2^31 entries. Received: entries=", entries, ".");
    y.resize(static_cast<Dim>(ids.size()), x.columns, entries, x.dtype, x.index);
    const auto starts = y.indptr.as<J>(), columns = y.indices.as<J>();
    starts[0] = 0;
    for (size_t i = 0; i < ids.size(); ++i)
      starts[i + 1] =
          starts[i] + indptr[static_cast<size_t>(ids[i]) + 1] - indptr[static_cast<size_t>(ids[i])];
    const size_t item = size_of(x.dtype);
    parallel_for(ids.size(), 1024, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        const auto from = static_cast<size_t>(indptr[static_cast<size_t>(ids[i])]);
        const auto to = static_cast<size_t>(starts[i]), n = static_cast<size_t>(starts[i + 1]) - to;
        std::copy_n(indices.begin() + static_cast<std::ptrdiff_t>(from), n,
                    columns.begin() + static_cast<std::ptrdiff_t>(to));
        if (n) std::memcpy(y.data.data() + to * item, x.data.data() + from * item, n * item);
      }
    });
  });
}

struct Moved {
  int32_t to;    // The column in the result.
  size_t entry;  // The entry of x that moves there.
};

template <class I>
void select_columns(Scratch& scratch, const tensor::Csr& x, std::span<const I> ids, tensor::Csr& y) {
  const Places places(scratch, ids);
  with_index(x, [&](auto indices, auto indptr) {
    const auto rows = static_cast<size_t>(x.rows);
    const auto begin = [&](size_t r) { return static_cast<size_t>(indptr[r]); };
    const auto starts = scratch.get<int64_t>(2, rows + 1);
    starts[0] = 0;
    for (size_t r = 0; r < rows; ++r) {
      starts[r + 1] = starts[r];
      for (size_t k = begin(r); k < begin(r + 1); ++k)
        starts[r + 1] += static_cast<int64_t>(places[indices[k]].size());
    }
    LACUNA_REQUIRE(starts[rows] < int64_t{1} << 31,
                   "select: the result may hold up to 2^31 entries. Received: entries=", starts[rows], ".");
    const auto entries = static_cast<size_t>(starts[rows]);
    y.resize(x.rows, static_cast<Dim>(ids.size()), entries, x.dtype);
    std::ranges::transform(starts, y.indptr.as<int32_t>().begin(),
                           [](int64_t s) { return static_cast<int32_t>(s); });
    const auto moved = scratch.get<Moved>(3, entries);
    with_float("select", x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto from = x.values<T>();
      const auto to = y.values<T>();
      const auto columns = y.indices.as<int32_t>();
      parallel_for(rows, 256, [&](size_t first, size_t last) {
        for (size_t r = first; r < last; ++r) {
          auto n = static_cast<size_t>(starts[r]);
          for (size_t k = begin(r); k < begin(r + 1); ++k)
            for (const int32_t place : places[indices[k]]) moved[n++] = {place, k};
          const auto row = moved.subspan(static_cast<size_t>(starts[r]), n - static_cast<size_t>(starts[r]));
          std::ranges::sort(row, {}, &Moved::to);
          n = static_cast<size_t>(starts[r]);
          for (const Moved& m : row) {
            columns[n] = m.to;
            to[n++] = from[m.entry];
          }
        }
      });
    });
  });
}

}  // namespace

void select_dense(const Op& op, Context&, In in, Out out) {
  const size_t axis = axis_of(op);
  const tensor::Dense& x = in[0]->dense();
  tensor::Dense& y = out[0]->dense();
  const Strides s(x, axis);
  checked_ids(*in[1], x.shape[axis], *in[0], [&](auto ids) {
    y.shape = x.shape;
    y.shape[axis] = static_cast<Dim>(ids.size());
    y.resize(y.shape, x.dtype);
    const size_t bytes = s.inner * size_of(x.dtype), n = ids.size();
    if (!bytes) return;
    parallel_for(s.outer * n, std::max<size_t>(1, (size_t{1} << 16) / (bytes + 64)),
                 [&](size_t begin, size_t end) {
                   for (size_t i = begin; i < end; ++i) {
                     const size_t from = i / n * s.size + static_cast<size_t>(ids[i % n]);
                     std::memcpy(y.data.data() + i * bytes, x.data.data() + from * bytes, bytes);
                   }
                 });
  });
}

void select_csr(const Op& op, Context& context, In in, Out out) {
  const tensor::Csr& x = in[0]->csr();
  const bool rows = axis_of(op) == 0;
  checked_ids(*in[1], rows ? x.rows : x.columns, *in[0], [&](auto ids) {
    if (rows) select_rows(x, ids, out[0]->csr());
    else select_columns(context.scratch, x, ids, out[0]->csr());
  });
}

// Along the axis in the order of ids, not in parallel, since an id may occur more than once.
void select_gradient_dense(const Op& op, Context&, In in, Out out) {
  const size_t axis = axis_of(op);
  const tensor::Dense &dy = in[0]->dense(), &x = in[2]->dense();
  tensor::Dense& dx = out[0]->dense();
  dx.resize(x.shape, dy.dtype);
  if (dx.data.bytes()) std::memset(dx.data.data(), 0, dx.data.bytes());
  const Strides s(dx, axis);
  checked_ids(*in[1], x.shape[axis], *in[2], [&](auto ids) {
    with_float("select_gradient", dy.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* from = dy.values<T>().data();
      T* to = dx.values<T>().data();
      const size_t n = ids.size();
      parallel_for(s.outer, std::max<size_t>(1, 32768 / (n * s.inner + 1)), [&](size_t begin, size_t end) {
        for (size_t o = begin; o < end; ++o)
          for (size_t i = 0; i < n; ++i) {
            const T* d = from + (o * n + i) * s.inner;
            T* row = to + (o * s.size + static_cast<size_t>(ids[i])) * s.inner;
            for (size_t j = 0; j < s.inner; ++j) row[j] += d[j];
          }
      });
    });
  });
}

namespace {

// Adds dy[i, :] to row ids[i] of dx, where both have an entry.
template <class T, class I>
void add_rows(const tensor::Csr& dy, std::span<const I> ids, const tensor::Csr& x, std::span<T> to) {
  const auto from = dy.values<T>();
  with_index(x, [&](auto indices, auto indptr) {
    with_index(dy, [&](auto dy_indices, auto dy_indptr) {
      for (size_t i = 0; i < ids.size(); ++i) {
        const auto r = static_cast<size_t>(ids[i]);
        auto j = static_cast<size_t>(dy_indptr[i]);
        const auto stop = static_cast<size_t>(dy_indptr[i + 1]);
        for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k) {
          while (j < stop && dy_indices[j] < indices[k]) ++j;
          if (j < stop && dy_indices[j] == indices[k]) to[k] += from[j];
        }
      }
    });
  });
}

// Adds to each entry of x the entries of dy at all positions that its column was selected to.
template <class T>
void add_columns(const tensor::Csr& dy, const Places& places, const tensor::Csr& x, std::span<T> to) {
  const auto from = dy.values<T>();
  with_index(x, [&](auto indices, auto indptr) {
    with_index(dy, [&](auto dy_indices, auto dy_indptr) {
      parallel_for(static_cast<size_t>(x.rows), 256, [&](size_t begin, size_t end) {
        for (size_t r = begin; r < end; ++r) {
          const auto first = static_cast<size_t>(dy_indptr[r]);
          const auto row = dy_indices.subspan(first, static_cast<size_t>(dy_indptr[r + 1]) - first);
          for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k)
            for (const int32_t place : places[indices[k]]) {
              const auto at = std::ranges::lower_bound(row, place);
              if (at != row.end() && *at == place)
                to[k] += from[first + static_cast<size_t>(at - row.begin())];
            }
        }
      });
    });
  });
}

}  // namespace

void select_gradient_csr(const Op& op, Context& context, In in, Out out) {
  const bool rows = axis_of(op) == 0;
  const tensor::Csr &dy = in[0]->csr(), &x = in[2]->csr();
  tensor::Csr& dx = out[0]->csr();
  dx.resize_like(x, dy.dtype);
  if (dx.data.bytes()) std::memset(dx.data.data(), 0, dx.data.bytes());
  checked_ids(*in[1], rows ? x.rows : x.columns, *in[2], [&](auto ids) {
    with_float("select_gradient", dy.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      if (rows) add_rows<T>(dy, ids, x, dx.values<T>());
      else add_columns<T>(dy, Places(context.scratch, ids), x, dx.values<T>());
    });
  });
}

}  // namespace lacuna::cpu
