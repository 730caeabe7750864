// argmax, argmin: the position of the largest or smallest value along an axis; of equal ones the first. Zeros
// that a sparse tensor does not store are values too, of which only the first position matters.
#include <string>

#include "lacuna/graph/flat.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/reductions/reduce_op.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

template <bool kLargest>
struct ArgExtreme final : Flat<> {
  ArgExtreme(std::optional<int> a, bool keep) : axis(a), keepdims(keep) {}
  const std::optional<int> axis;  // Not negative; empty: over all of x.
  const bool keepdims;
  static constexpr const char* kName = kLargest ? "argmax" : "argmin";

  std::string_view name() const override { return kName; }
  std::string key() const override {
    return text(kName, ' ', axis ? std::to_string(*axis) : "whole", ' ', keepdims);
  }

  // The best value so far. place < 0: none yet.
  template <class T>
  struct Best {
    T value{};
    int64_t place = -1;

    // For a value that comes later in the line.
    void meet(T v, int64_t at) {
      if (place < 0 || (kLargest ? v > value : v < value) || (v != v && value == value))
        value = v, place = at;
    }
    // For a value at any position.
    void meet_any(T v, int64_t at) {
      if (place >= 0 && (v == value || (v != v && value != value))) place = std::min(place, at);
      else meet(v, at);
    }
  };

  // Takes x as (outer, n, inner), whose middle is the line, and calls put(line, place) for each line.
  template <class T, class Put>
  static void lines(const T* x, size_t outer, size_t n, size_t inner, const Put& put) {
    parallel_for(outer * inner, std::max<size_t>(1, kGrain / (n + 1)), [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        const T* line = x + i / inner * n * inner + i % inner;
        Best<T> best;
        for (size_t j = 0; j < n; ++j) best.meet(line[j * inner], static_cast<int64_t>(j));
        put(i, std::max<int64_t>(best.place, 0));
      }
    });
  }

  // Resizes out. Gives the sizes in front of the axis, along it, and behind it.
  struct Around {
    size_t outer = 1, n = 1, inner = 1;
  };
  Around prepare(const Dims& x, tensor::Dense& out) const {
    Around around;
    Dims to;
    for (size_t i = 0; i < x.rank; ++i) {
      const bool goes = !axis || i == static_cast<size_t>(*axis);
      if (goes) around.n *= x[i];
      else (axis && i < static_cast<size_t>(*axis) ? around.outer : around.inner) *= x[i];
      if (!goes || keepdims) to.size[to.rank++] = goes ? 1 : x[i];
    }
    resize(out, to, DType::int64);
    return around;
  }

  static void dense(const Op& op, Context&, In in, Out out) {
    const auto& self = static_cast<const ArgExtreme&>(op);
    const Around x = self.prepare(dims_of(*in[0]), out[0]->dense());
    int64_t* place = out[0]->dense().values<int64_t>().data();
    with_float(kName, in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      lines(in[0]->dense().values<T>().data(), x.outer, x.n, x.inner,
            [place](size_t i, int64_t at) { place[i] = at; });
    });
  }

  // The first column without an entry in a row of n sorted entries.
  template <class I>
  static int64_t first_gap(const I* columns, size_t n) {
    size_t k = 0;
    while (k < n && columns[k] == static_cast<I>(k)) ++k;
    return static_cast<int64_t>(k);
  }

  static void csr(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const ArgExtreme&>(op);
    const tensor::Csr& x = in[0]->csr();
    self.prepare(dims_of(*in[0]), out[0]->dense());
    const auto place = out[0]->dense().values<int64_t>();
    const auto rows = static_cast<size_t>(x.rows), columns = static_cast<size_t>(x.columns);
    with_float(kName, x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto values = x.values<T>();
      with_index(x, [&](auto indices, auto indptr) {
        const auto of_row = [&](size_t r) {
          const auto from = static_cast<size_t>(indptr[r]), n = static_cast<size_t>(indptr[r + 1]) - from;
          Best<T> best;
          for (size_t k = from; k < from + n; ++k) best.meet(values[k], static_cast<int64_t>(indices[k]));
          if (n < columns) best.meet_any(T(0), first_gap(indices.data() + from, n));
          return best;
        };
        if (!self.axis) {
          Best<T> best;
          for (size_t r = 0; r < rows && columns; ++r) {
            const Best<T> row = of_row(r);
            best.meet(row.value, static_cast<int64_t>(r) * x.columns + row.place);
          }
          place[0] = std::max<int64_t>(best.place, 0);
        } else if (*self.axis == 1) {
          parallel_for(rows, row_grain(rows, x.nonzeros()), [&](size_t begin, size_t end) {
            for (size_t r = begin; r < end; ++r) place[r] = std::max<int64_t>(of_row(r).place, 0);
          });
        } else {
          const auto best = context.scratch.get<Best<T>>(0, columns);
          const auto gap = context.scratch.get<int64_t>(1, columns);  // First row without an entry.
          std::fill(best.begin(), best.end(), Best<T>{});
          std::fill(gap.begin(), gap.end(), 0);
          for (size_t r = 0; r < rows; ++r)
            for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k) {
              const auto c = static_cast<size_t>(indices[k]);
              best[c].meet(values[k], static_cast<int64_t>(r));
              gap[c] += gap[c] == static_cast<int64_t>(r);
            }
          for (size_t c = 0; c < columns; ++c) {
            if (gap[c] < x.rows) best[c].meet_any(T(0), gap[c]);
            place[c] = std::max<int64_t>(best[c].place, 0);
          }
        }
      });
    });
  }

  static void row_sparse(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const ArgExtreme&>(op);
    const tensor::RowSparse& x = in[0]->row_sparse();
    const Around around = self.prepare(dims_of(*in[0]), out[0]->dense());
    const auto place = out[0]->dense().values<int64_t>();
    const auto ids = x.row_ids();
    const size_t width = x.width(), rows = static_cast<size_t>(x.shape[0]);
    with_float(kName, x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* values = x.values<T>().data();
      if (self.axis && *self.axis > 0) {  // Rows that are not stored: place 0.
        std::fill(place.begin(), place.end(), 0);
        const size_t outer = rows ? around.outer / rows : 0, each = outer * around.inner;
        lines(values, ids.size() * outer, around.n, around.inner, [&](size_t i, int64_t at) {
          place[static_cast<size_t>(ids[i / each]) * each + i % each] = at;
        });
        return;
      }
      // The first row that is not stored is one of the first ids.size() + 1.
      const auto stored = context.scratch.get<uint8_t>(0, ids.size() + 1);
      std::fill(stored.begin(), stored.end(), 0);
      for (const int64_t id : ids)
        if (static_cast<size_t>(id) < stored.size()) stored[static_cast<size_t>(id)] = 1;
      const auto gap = static_cast<int64_t>(std::find(stored.begin(), stored.end(), 0) - stored.begin());
      const auto per_row = static_cast<int64_t>(self.axis ? 1 : width);  // Positions per row.
      const size_t lines_of = self.axis ? width : 1;
      for (size_t o = 0; o < lines_of; ++o) {
        Best<T> best;
        for (size_t i = 0; i < ids.size(); ++i)
          for (size_t c = o; c < width; c += lines_of)
            best.meet_any(values[i * width + c], ids[i] * per_row + static_cast<int64_t>(self.axis ? 0 : c));
        if (ids.size() < rows && width) best.meet_any(T(0), gap * per_row);
        place[o] = std::max<int64_t>(best.place, 0);
      }
    });
  }

  std::string_view cost(const Rule& rule) const override {
    if (rule.in[0] == Storage::dense) return "elements";
    if (rule.in[0] == Storage::csr) return "rows + non-zeros; along axis 0 columns too";
    return "stored rows × units + elements of the result";
  }

  const Rules& rules() const override {
    static const Rules rules{{
        {{Storage::dense}, {Storage::dense}, dense},
        {{Storage::csr}, {Storage::dense}, csr},
        {{Storage::row_sparse}, {Storage::dense}, row_sparse},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Storage out = rule_for(*this, in).out[0];
    LACUNA_REQUIRE(is_float(in[0].dtype), kName, ": x must have a float dtype. Received: x=", in[0], ".");
    const Shape shape = shape_left(kName, axis ? Axes{*axis} : Axes{}, keepdims, in[0]);
    require_dense_result(kName, shape, in[0]);
    return {{shape, DType::int64, out}};
  }
};

template <bool kLargest>
std::vector<Example> examples() {
  std::vector<Example> result;
  const auto add = [&](std::optional<int> axis, bool keepdims, Shape shape) {
    result.push_back({std::make_shared<ArgExtreme<kLargest>>(axis, keepdims), {{std::move(shape)}}});
  };
  add(1, false, {None, 4});
  add(0, false, {None, 4});
  add({}, false, {None, 4});
  add(1, true, {None, 30});
  add(1, false, {None, 3, 2});
  add(2, false, {None, 3, 2});
  add(0, true, {None, 3, 2});
  add({}, true, {None, 3, 2});
  return result;
}
const bool argmax_registered =
    register_op("argmax", examples<true>) && register_op("argmin", examples<false>);

template <bool kLargest>
Symbol applied(const Symbol& x, std::optional<int> axis, bool keepdims) {
  if (axis && *axis < 0) *axis += static_cast<int>(x.rank());
  return apply(std::make_shared<ArgExtreme<kLargest>>(axis, keepdims), {x});
}

}  // namespace

Symbol argmax(const Symbol& x, std::optional<int> axis, bool keepdims) {
  return applied<true>(x, axis, keepdims);
}
Symbol argmin(const Symbol& x, std::optional<int> axis, bool keepdims) {
  return applied<false>(x, axis, keepdims);
}

}  // namespace lacuna
