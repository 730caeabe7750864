// translate on the CPU.
#include <algorithm>
#include <numeric>

#include "lacuna/base/threads.h"
#include "lacuna/graph/op.h"
#include "lacuna/ops/parts/alias.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna::cpu {
namespace {

// Only in training are rows created that stay in the table.
template <class I>
void find_slots(const Context& context, RowTable& table, std::span<const I> ids, std::span<int32_t> slots) {
  const Interruptible whole(false);  // An interrupt must not leave rows without initial values.
  if (context.training) table.touch(ids, slots);
  else table.read(ids, slots);
}

[[noreturn]] void throw_out_of_range(int64_t id, size_t row, const Tensor& table) {
  throw OutOfRange("translate: an id must be a row of the table. Received: id=", id, " in row ", row,
                   ", table=", table.spec(), ".");
}

void check_places(size_t places) {
  LACUNA_REQUIRE(places < size_t{1} << 31,
                 "translate: a batch may hold up to 2^31 entries. Received: entries=", places, ".");
}

}  // namespace

void translate_csr(const Op&, Context& context, std::span<const Tensor* const> in,
                   std::span<Tensor* const> out) {
  const tensor::Csr& x = in[0]->csr();
  RowTable& table = in[1]->table();
  tensor::Csr& y = out[0]->csr();
  const size_t nonzeros = x.nonzeros();
  check_places(nonzeros);
  const bool same = table.slots_are_ids() && x.index == DType::int32;
  with_index(x, [&](auto indices, auto indptr) {
    const size_t first = nonzeros ? static_cast<size_t>(indptr[0]) : 0;  // Not 0 in a view of some rows.
    if (same) y.indices = Buffer::alias(x.indices);
    else y.indices.resize((first + nonzeros) * sizeof(int32_t));
    const auto ids = indices.subspan(first, nonzeros);
    // A csr matrix guarantees columns below x.columns: they are checked where it enters from outside.
    const size_t bad = x.columns <= table.shape()[0] ? nonzeros : first_out_of_range(ids, table.shape()[0]);
    if (bad < nonzeros) {
      const auto row =
          std::ranges::upper_bound(indptr, static_cast<int64_t>(first + bad)) - indptr.begin() - 1;
      throw_out_of_range(ids[bad], static_cast<size_t>(row), *in[1]);
    }
    if (!same) find_slots(context, table, ids, y.indices.template as<int32_t>().subspan(first));
    else if (context.training) find_slots(context, table, ids, {});
    if (x.index == DType::int32) {
      y.indptr = Buffer::alias(x.indptr);
    } else {
      y.indptr.resize(indptr.size() * sizeof(int32_t));
      std::ranges::transform(indptr, y.indptr.as<int32_t>().begin(),
                             [](int64_t p) { return static_cast<int32_t>(p); });
    }
  });
  y.rows = x.rows;
  y.columns = static_cast<Dim>(table.readable());
  y.dtype = x.dtype;
  y.index = DType::int32;
  y.data = Buffer::alias(x.data);
}

void translate_dense(const Op&, Context& context, std::span<const Tensor* const> in,
                     std::span<Tensor* const> out) {
  const tensor::Dense& x = in[0]->dense();
  RowTable& table = in[1]->table();
  tensor::Csr& y = out[0]->csr();
  const auto rows = static_cast<size_t>(x.shape[0]), columns = static_cast<size_t>(x.shape[1]);
  check_places(rows * columns);
  if (x.shape[1] > table.shape()[0]) throw_out_of_range(table.shape()[0], 0, *in[1]);
  const auto ids = context.scratch.get<int32_t>(0, columns), slots = context.scratch.get<int32_t>(1, columns);
  std::iota(ids.begin(), ids.end(), 0);
  if (rows) find_slots(context, table, std::span<const int32_t>(ids), slots);
  y.rows = x.shape[0];
  y.columns = static_cast<Dim>(table.readable());
  y.dtype = x.dtype;
  y.index = DType::int32;
  y.data = Buffer::alias(x.data);
  y.indices.resize(rows * columns * sizeof(int32_t));
  y.indptr.resize((rows + 1) * sizeof(int32_t));
  const auto indices = y.indices.as<int32_t>(), indptr = y.indptr.as<int32_t>();
  for (size_t r = 0; r < rows; ++r) std::ranges::copy(slots, indices.subspan(r * columns).begin());
  for (size_t r = 0; r <= rows; ++r) indptr[r] = static_cast<int32_t>(r * columns);
}

void translate_ids(const Op&, Context& context, std::span<const Tensor* const> in,
                   std::span<Tensor* const> out) {
  const tensor::Dense& x = in[0]->dense();
  RowTable& table = in[1]->table();
  tensor::Dense& y = out[0]->dense();
  y.resize(x.shape, DType::int32);
  with_ids("translate", x, [&](auto ids) {
    // A feed checks all ids before the first batch, but in the user's array, which others may have changed
    // since.
    const size_t bad = first_out_of_range(ids, table.shape()[0]);
    if (bad < ids.size()) {
      const size_t width = x.shape.empty() ? 1 : ids.size() / static_cast<size_t>(x.shape[0]);
      throw_out_of_range(ids[bad], bad / width, *in[1]);
    }
    find_slots(context, table, ids, y.values<int32_t>());
  });
}

void translate_gradient_csr(const Op&, Context&, std::span<const Tensor* const> in,
                            std::span<Tensor* const> out) {
  const tensor::Csr &dy = in[0]->csr(), &x = in[1]->csr();
  LACUNA_REQUIRE(dy.nonzeros() == x.nonzeros(),
                 "translate_gradient: dy must have the pattern of the slots of x. Received: "
                 "entries of dy=",
                 dy.nonzeros(), ", of x=", x.nonzeros(), ".");
  alias(x, dy.data, dy.dtype, out[0]->csr());
}

void translate_gradient_dense(const Op&, Context&, std::span<const Tensor* const> in,
                              std::span<Tensor* const> out) {
  const tensor::Csr& dy = in[0]->csr();
  const tensor::Dense& x = in[1]->dense();
  LACUNA_REQUIRE(dy.nonzeros() == x.size(),
                 "translate_gradient: dy must have all entries of x. Received: entries of dy=", dy.nonzeros(),
                 ", of x=", x.size(), ".");
  tensor::Dense& dx = out[0]->dense();
  dx.dtype = dy.dtype;
  dx.shape = x.shape;
  dx.data = Buffer::alias(dy.data);
}

}  // namespace lacuna::cpu
