// concatenate: parts side by side along an axis.
//
//   dpart = its slice of dy
#include "lacuna/ops/shape/concatenate.h"

#include <cstring>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/shape/concatenate_part.h"
#include "lacuna/ops/shape/slice.h"
#include "lacuna/tensor/checked_sizes.h"

namespace lacuna {
namespace {

size_t axis_of(const Op& op);

Dim rows_of(const Tensor& part) {
  return part.storage() == Storage::csr ? part.csr().rows : part.dense().shape[0];
}
Dim columns_of(const Tensor& part) {
  return part.storage() == Storage::csr ? part.csr().columns : part.dense().shape[1];
}

void all_dense(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const size_t axis = axis_of(op);
  tensor::Dense& y = out[0]->dense();
  y.shape = in[0]->dense().shape;
  y.shape[axis] = 0;
  for (const Tensor* part : in) y.shape[axis] += part->dense().shape[axis];
  y.resize(y.shape, in[0]->dtype());
  size_t outer = 1;
  for (size_t i = 0; i < axis; ++i) outer *= static_cast<size_t>(y.shape[i]);
  const size_t row = outer ? y.data.bytes() / outer : 0;
  size_t at = 0;
  for (const Tensor* part : in) {
    const tensor::Dense& x = part->dense();
    for (size_t i = 0; i < y.shape.size(); ++i)
      LACUNA_REQUIRE(i == axis || x.shape[i] == y.shape[i],
                     "concatenate: parts must have the same sizes along all axes but ", axis,
                     ". Received: size=", x.shape[i], " along axis ", i, ", of the first=", y.shape[i], ".");
    const size_t bytes = outer ? x.data.bytes() / outer : 0;
    if (bytes)
      for (size_t o = 0; o < outer; ++o)
        std::memcpy(y.data.data() + o * row + at, x.data.data() + o * bytes, bytes);
    at += bytes;
  }
}

// Concatenates columns. Parts are csr, or dense and then stored in full.
template <class T, class J>
void columns_beside(std::span<const Tensor* const> in, tensor::Csr& y, size_t nonzeros, int64_t columns) {
  const auto rows = static_cast<size_t>(rows_of(*in[0]));
  y.resize(rows_of(*in[0]), columns, nonzeros, dtype_of<T>(), dtype_of<J>());
  const auto starts = y.indptr.as<J>(), indices = y.indices.as<J>();
  const auto values = y.values<T>();
  std::fill(starts.begin(), starts.end(), J(0));
  for (const Tensor* part : in)
    if (part->storage() == Storage::dense)
      for (size_t r = 0; r <= rows; ++r)
        starts[r] += static_cast<J>(r * static_cast<size_t>(part->dense().shape[1]));
    else
      with_index(part->csr(), [&](auto, auto indptr) {
        for (size_t r = 0; r <= rows; ++r) starts[r] += static_cast<J>(indptr[r] - indptr[0]);
      });
  parallel_for(rows, 256, [&](size_t begin, size_t end) {
    for (size_t r = begin; r < end; ++r) {
      auto k = static_cast<size_t>(starts[r]);
      int64_t first = 0;  // The part's first column.
      for (const Tensor* part : in) {
        if (part->storage() == Storage::dense) {
          const auto width = static_cast<size_t>(part->dense().shape[1]);
          const T* from = part->dense().template values<T>().data() + r * width;
          for (size_t j = 0; j < width; ++j, ++k) {
            values[k] = from[j];
            indices[k] = static_cast<J>(first + static_cast<int64_t>(j));
          }
        } else {
          const auto from = part->csr().template values<T>();
          with_index(part->csr(), [&](auto part_indices, auto indptr) {
            for (auto i = static_cast<size_t>(indptr[r]); i < static_cast<size_t>(indptr[r + 1]); ++i, ++k) {
              values[k] = from[i];
              indices[k] = static_cast<J>(first + part_indices[i]);
            }
          });
        }
        first += columns_of(*part);
      }
    }
  });
}

void some_csr(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  size_t nonzeros = 0;
  int64_t columns = 0;
  for (const Tensor* part : in) {
    LACUNA_REQUIRE(rows_of(*part) == rows_of(*in[0]),
                   "concatenate: parts must have the same number of rows. Received: rows=", rows_of(*part),
                   ", of the first=", rows_of(*in[0]), ".");
    nonzeros += part->storage() == Storage::dense ? part->dense().size() : part->csr().nonzeros();
    columns += columns_of(*part);
  }
  LACUNA_REQUIRE(nonzeros < size_t{1} << 31,
                 "concatenate: a batch may hold up to 2^31 entries. Received: entries=", nonzeros, ".");
  with_float("concatenate", in[0]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (columns < int64_t{1} << 31) columns_beside<T, int32_t>(in, out[0]->csr(), nonzeros, columns);
    else columns_beside<T, int64_t>(in, out[0]->csr(), nonzeros, columns);
  });
}

// Concatenates rows. Parts are csr, or dense and then stored in full.
template <class T, class J>
void rows_below(std::span<const Tensor* const> in, tensor::Csr& y) {
  const auto starts = y.indptr.as<J>(), columns = y.indices.as<J>();
  const auto values = y.values<T>();
  size_t r = 0, n = 0;
  starts[0] = 0;
  for (const Tensor* part : in) {
    if (part->storage() == Storage::dense) {
      const auto from = part->dense().values<T>();
      const auto width = static_cast<size_t>(y.columns), rows = static_cast<size_t>(rows_of(*part));
      std::ranges::copy(from, values.subspan(n).begin());
      for (size_t i = 0; i < rows; ++i) {
        for (size_t c = 0; c < width; ++c) columns[n++] = static_cast<J>(c);
        starts[++r] = static_cast<J>(n);
      }
      continue;
    }
    with_index(part->csr(), [&](auto indices, auto indptr) {
      const auto first = static_cast<size_t>(indptr[0]), entries = part->csr().nonzeros();
      std::ranges::copy(part->csr().template values<T>().subspan(first, entries), values.subspan(n).begin());
      std::ranges::transform(indices.subspan(first, entries), columns.subspan(n).begin(),
                             [](auto c) { return static_cast<J>(c); });
      for (size_t i = 1; i < indptr.size(); ++i)
        starts[++r] = static_cast<J>(n + static_cast<size_t>(indptr[i]) - first);
      n += entries;
    });
  }
}

void csr_below(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const Dim columns = columns_of(*in[0]);
  Dim rows = 0;
  size_t entries = 0;
  for (const Tensor* part : in) {
    LACUNA_REQUIRE(columns_of(*part) == columns,
                   "concatenate: parts must have the same number of columns. Received: columns=",
                   columns_of(*part), ", of the first=", columns, ".");
    rows += rows_of(*part);
    entries += part->storage() == Storage::dense ? part->dense().size() : part->csr().nonzeros();
  }
  LACUNA_REQUIRE(entries < size_t{1} << 31,
                 "concatenate: a batch may hold up to 2^31 entries. Received: entries=", entries, ".");
  tensor::Csr& y = out[0]->csr();
  const bool wide = columns >= Dim{1} << 31;
  y.resize(rows, columns, entries, in[0]->dtype(), wide ? DType::int64 : DType::int32);
  with_float("concatenate", in[0]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (wide) rows_below<T, int64_t>(in, y);
    else rows_below<T, int32_t>(in, y);
  });
}

void rows_below_rows(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::RowSparse& first = in[0]->row_sparse();
  size_t count = 0;
  Dim rows = 0;
  for (const Tensor* part : in) {
    const Shape& shape = part->row_sparse().shape;
    LACUNA_REQUIRE(std::equal(shape.begin() + 1, shape.end(), first.shape.begin() + 1, first.shape.end()),
                   "concatenate: parts must have the same sizes along all axes but 0. Received: part=",
                   part->spec(), ", the first=", in[0]->spec(), ".");
    count += part->row_sparse().row_ids().size();
    rows += part->row_sparse().shape[0];
  }
  tensor::RowSparse& y = out[0]->row_sparse();
  y.shape = first.shape;
  y.shape[0] = rows;
  y.resize(y.shape, count, first.dtype);
  size_t n = 0, bytes = 0;
  int64_t ahead = 0;
  for (const Tensor* part : in) {
    const tensor::RowSparse& x = part->row_sparse();
    for (const int64_t id : x.row_ids()) y.row_ids()[n++] = ahead + id;
    if (x.data.bytes()) std::memcpy(y.data.data() + bytes, x.data.data(), x.data.bytes());
    bytes += x.data.bytes();
    ahead += x.shape[0];
  }
}

struct Concatenate final : Op {
  explicit Concatenate(size_t a) : axis(a) {}

  std::string_view name() const override { return "concatenate"; }
  std::string key() const override { return text("concatenate ", axis); }

  std::string_view cost(const Rule& rule) const override {
    return rule.out[0] == Storage::csr ? "rows + non-zeros + elements of dense parts"
                                       : stored_values(rule.out[0]);
  }

  const Rules& rules() const override {
    using enum Storage;
    // The result is csr if any part is.
    static const Rules rows{.rows = {{{dense}, {dense}, all_dense},
                                     {{csr}, {csr}, csr_below, {dense}},
                                     {{row_sparse}, {row_sparse}, rows_below_rows}},
                            .repeats = true};
    static const Rules columns{.rows = {{{dense}, {dense}, all_dense}, {{csr}, {csr}, some_csr, {dense}}},
                               .repeats = true};
    static const Rules others{.rows = {{{dense}, {dense}, all_dense}}, .repeats = true};
    return axis == 0 ? rows : axis == 1 ? columns : others;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    Spec y{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]};
    bool agree = axis < y.shape.size();
    for (const Spec& part : in.subspan(1)) {
      agree &= part.dtype == y.dtype && part.shape.size() == y.shape.size();
      for (size_t i = 0; agree && i < y.shape.size(); ++i) {
        Dim& size = y.shape[i];
        const Dim other = part.shape[i];
        if (i == axis) size = size == None || other == None ? None : checked_sum("concatenate", size, other);
        else if (size == None) size = other;
        else agree &= other == None || other == size;
      }
    }
    if (!agree) {
      std::string parts;
      for (const Spec& part : in) parts += text(parts.empty() ? "" : ", ", part);
      throw InvalidArgument(
          "concatenate: parts must have one dtype, one rank and the same sizes along all axes but "
          "one. Received: axis=",
          axis, ", parts=[", parts, "].");
    }
    return {y};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    const Symbol g = gradient_into(node, dy[0]);
    std::vector<Symbol> result(node.in().size());
    Dim at = 0;
    for (size_t i = 0; i < node.in().size(); ++i) {
      const Symbol& part = node.in(i);
      const Dim size = part.shape()[axis];
      if (wanted[i])
        result[i] = gradient_at(at != None && size != None && g.storage() != Storage::row_sparse
                                    ? slice(g, static_cast<int>(axis), at, at + size)
                                    : concatenate_part(g, node.in(), axis, i),
                                part);
      at = at == None || size == None ? None : at + size;
    }
    return result;
  }

  size_t axis;
};

size_t axis_of(const Op& op) { return static_cast<const Concatenate&>(op).axis; }

const bool concatenate_registered = register_op("concatenate", [] {
  const auto op = [](size_t axis) { return std::make_shared<Concatenate>(axis); };
  return std::vector<Example>{{op(1), {{{None, 3}}, {{None, 2}}, {{None, 4}}}},
                              {op(1), {{{None, 3}}}},
                              {op(0), {{{2, 3}}, {{4, 3}}}},
                              {op(0), {{{None, 3}}, {{2, 3}}, {{None, 3}}}}};
});

}  // namespace

Symbol concatenate(const std::vector<Symbol>& parts, int axis) {
  LACUNA_REQUIRE(!parts.empty(), "concatenate: there must be at least one part. Received: parts=[].");
  const int rank = static_cast<int>(parts[0].rank());
  LACUNA_REQUIRE(axis >= -rank && axis < rank, "concatenate: axis must be in [", -rank, ", ", rank,
                 "). Received: axis=", axis, ", parts[0]=", parts[0].spec(), ".");
  return lacuna::apply(std::make_shared<Concatenate>(static_cast<size_t>(axis < 0 ? axis + rank : axis)),
                       parts);
}

}  // namespace lacuna
