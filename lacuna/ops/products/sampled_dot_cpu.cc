// sampled_dot and sampled_dot_t on the CPU.
#include "lacuna/base/threads.h"
#include "lacuna/graph/op.h"
#include "lacuna/kernels/long_sum.h"
#include "lacuna/kernels/sampled_dot.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/parts/numbered.h"

namespace lacuna::cpu {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

void sampled_dot_rows(const Op&, Context&, In in, Out out) {
  const tensor::Dense& a = in[0]->dense();
  const tensor::Csr& pattern = in[2]->csr();
  tensor::Csr& s = out[0]->csr();
  s.resize_like(pattern, a.dtype);
  with_float("sampled_dot", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const RowsView<T> b = rows_view<T>(*in[1]);
    kernels::sampled_dot(csr_view<T>(pattern, "sampled_dot"), a.values<T>().data(), b.data, b.stride, b.width,
                         s.values<T>().data());
  });
}

namespace {

constexpr size_t kGrain = size_t{1} << 14;  // Entries of a part, at least.
constexpr size_t kParts = 16;

// A dense or row_sparse matrix by rows: null for a row that is not stored.
template <class T>
class SomeRows {
 public:
  SomeRows(Scratch& scratch, size_t place, const Tensor& x) {
    if (x.storage() == Storage::row_sparse) {
      index_.emplace(scratch, place, x.row_sparse().row_ids());
      data_ = x.row_sparse().values<T>().data();
      width_ = x.row_sparse().width();
    } else {
      data_ = x.dense().values<T>().data();
      width_ = static_cast<size_t>(x.dense().shape.back());
    }
  }
  size_t width() const { return width_; }
  const T* operator[](size_t r) const {
    if (!index_) return data_ + r * width_;
    const int32_t at = (*index_)[static_cast<int64_t>(r)];
    return at < 0 ? nullptr : data_ + static_cast<size_t>(at) * width_;
  }

 private:
  std::optional<RowIndex> index_{};
  const T* data_;
  size_t width_;
};

// Gives a row of a matrix as an array over the numbers of its columns. A dense row is used where it is; a csr
// row is written into `sums`, which must be zeros, and take_back makes it zeros again.
template <class T>
class LaidOutRows {
 public:
  LaidOutRows(const char* where, Scratch& scratch, size_t place, const Tensor& x, const Numbered<T>& like)
      : x_(x) {
    if (x.storage() == Storage::csr) csr_ = on_numbers(where, scratch, place, x.csr(), like);
    else width_ = like.columns;
  }
  const T* lay_out(size_t r, T* sums) const {
    if (x_.storage() != Storage::csr) return x_.dense().values<T>().data() + r * width_;
    for (int32_t k = csr_.indptr[r]; k < csr_.indptr[r + 1]; ++k) sums[csr_.indices[k]] = csr_.data[k];
    return sums;
  }
  void take_back(size_t r, T* sums) const {
    if (x_.storage() != Storage::csr) return;
    for (int32_t k = csr_.indptr[r]; k < csr_.indptr[r + 1]; ++k) sums[csr_.indices[k]] = 0;
  }

 private:
  const Tensor& x_;
  kernels::CsrView<T> csr_{};
  size_t width_ = 0;
};

// The rows of a pattern, split into parts of about as many entries each.
template <class I>
class PatternParts {
 public:
  PatternParts(const I* indptr, size_t rows) : indptr_(indptr), rows_(rows) {
    const auto entries = static_cast<size_t>(indptr[rows] - indptr[0]);
    grain_ = std::max(kGrain, entries / kParts + 1);
    count_ = std::max<size_t>(1, (entries + grain_ - 1) / grain_);
  }
  size_t count() const { return count_; }

  // body(part, first row, end)
  template <class Body>
  void each(const Body& body) const {
    parallel_for(count_, 1, [&](size_t begin, size_t end) {
      for (size_t part = begin; part < end; ++part) body(part, first(part), first(part + 1));
    });
  }

 private:
  size_t first(size_t part) const {
    if (part == 0 || part == count_) return part ? rows_ : 0;
    const auto ahead = static_cast<int64_t>(part * grain_) + indptr_[0];
    return static_cast<size_t>(std::lower_bound(indptr_, indptr_ + rows_, ahead) - indptr_);
  }

  const I* indptr_;
  size_t rows_, grain_, count_;
};

// x with its columns numbered if `other` is csr, so that both can be matched by number; as it is if `other`
// is dense, which has all columns.
template <class T>
Numbered<T> numbered_for(const Tensor& other, const char* where, Scratch& scratch, const tensor::Csr& x) {
  if (other.storage() == Storage::csr) return numbered<T>(where, scratch, 0, x);
  return {csr_view<T>(x, where), static_cast<size_t>(x.columns)};
}

}  // namespace

// For one or two row_sparse factors: rows that are not stored are zeros.
void sampled_dot_some_rows(const Op&, Context& context, In in, Out out) {
  const tensor::Csr& pattern = in[2]->csr();
  tensor::Csr& s = out[0]->csr();
  s.resize_like(pattern, pattern.dtype);
  with_float("sampled_dot", pattern.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const SomeRows<T> a(context.scratch, 0, *in[0]), b(context.scratch, 1, *in[1]);
    T* to = s.values<T>().data();
    with_index(pattern, [&](auto indices, auto indptr) {
      PatternParts(indptr.data(), static_cast<size_t>(pattern.rows))
          .each([&](size_t, size_t begin, size_t end) {
            for (size_t r = begin; r < end; ++r)
              for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k) {
                const T *x = a[r], *y = b[static_cast<size_t>(indices[k])];
                to[k] =
                    x && y ? kernels::long_sum<T>(0, b.width(), [=](size_t j) { return x[j] * y[j]; }) : T(0);
              }
          });
    });
  });
}

// For a csr B: a row of A is written as an array, and the entries of rows of B look up its values.
void sampled_dot_csr(const Op&, Context& context, In in, Out out) {
  const tensor::Csr& pattern = in[2]->csr();
  tensor::Csr& s = out[0]->csr();
  s.resize_like(pattern, pattern.dtype);
  with_float("sampled_dot", pattern.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto b = numbered_for<T>(*in[0], "sampled_dot", context.scratch, in[1]->csr());
    const LaidOutRows<T> a("sampled_dot", context.scratch, 6, *in[0], b);
    const auto view = csr_view<T>(pattern, "sampled_dot");
    const PatternParts parts(view.indptr, view.rows);
    const auto sums = context.scratch.zeros<T>(9, parts.count() * b.columns);
    T* to = s.values<T>().data();
    parts.each([&](size_t part, size_t begin, size_t end) {
      T* mine = sums.data() + part * b.columns;
      for (size_t r = begin; r < end; ++r) {
        if (view.indptr[r] == view.indptr[r + 1]) continue;
        const T* row = a.lay_out(r, mine);
        for (int32_t k = view.indptr[r]; k < view.indptr[r + 1]; ++k) {
          const auto c = static_cast<size_t>(view.indices[k]);
          to[k] = kernels::long_sum<T>(static_cast<size_t>(b.view.indptr[c]),
                                       static_cast<size_t>(b.view.indptr[c + 1]),
                                       [&](size_t e) { return b.view.data[e] * row[b.view.indices[e]]; });
        }
        a.take_back(r, mine);
      }
    });
  });
}

// Goes through the rows of A and B: row i adds A[i, k] B[i, j] to entry (k, j) of the pattern.
void sampled_dot_t(const Op&, Context& context, In in, Out out) {
  const tensor::Csr& pattern = in[2]->csr();
  tensor::Csr& s = out[0]->csr();
  s.resize_like(pattern, pattern.dtype);
  with_float("sampled_dot_t", pattern.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto like = numbered_for<T>(*in[1], "sampled_dot_t", context.scratch, pattern);
    const LaidOutRows<T> b("sampled_dot_t", context.scratch, 6, *in[1], like);
    const auto& view = like.view;
    const PatternParts parts(view.indptr, view.rows);
    const auto sums = context.scratch.zeros<T>(9, parts.count() * like.columns);
    // Entries start at 0 if columns are numbered, else where the first row of the pattern starts.
    T* to = s.values<T>().data();
    if (like.index) with_index(pattern, [&](auto, auto indptr) { to += indptr[0]; });
    const bool sparse = in[0]->storage() == Storage::csr;
    const auto a = sparse ? csr_view<T>(in[0]->csr(), "sampled_dot_t") : kernels::CsrView<T>{};
    const T* full = sparse ? nullptr : in[0]->dense().values<T>().data();
    const size_t rows = sparse ? a.rows : view.rows ? in[0]->dense().size() / view.rows : 0;
    parts.each([&](size_t part, size_t begin, size_t end) {
      T* mine = sums.data() + part * like.columns;
      std::fill(to + view.indptr[begin], to + view.indptr[end], T(0));
      for (size_t i = 0; i < rows; ++i) {
        const T* row = nullptr;
        const auto add = [&](size_t k, T x) {
          if (view.indptr[k] == view.indptr[k + 1]) return;
          if (!row) row = b.lay_out(i, mine);
          for (int32_t e = view.indptr[k]; e < view.indptr[k + 1]; ++e) to[e] += x * row[view.indices[e]];
        };
        if (sparse) {
          const int32_t* stop = a.indices + a.indptr[i + 1];
          const int32_t* at = std::lower_bound(a.indices + a.indptr[i], stop, static_cast<int32_t>(begin));
          for (; at < stop && static_cast<size_t>(*at) < end; ++at)
            add(static_cast<size_t>(*at), a.data[at - a.indices]);
        } else {
          for (size_t k = begin; k < end; ++k) add(k, full[i * view.rows + k]);
        }
        if (row) b.take_back(i, mine);
      }
    });
  });
}

}  // namespace lacuna::cpu
