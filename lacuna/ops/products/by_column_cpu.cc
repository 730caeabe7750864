// by_column and by_id on the CPU.
#include "lacuna/kernels/by_column.h"

#include "lacuna/graph/op.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/parts/views.h"

namespace lacuna::cpu {
namespace {

// sort(number, place, to) returns the number of distinct columns.
template <class T, class Sort>
void fill(Scratch& scratch, size_t columns, size_t rows, size_t nonzeros, std::span<Tensor* const> out,
          const Sort& sort) {
  tensor::Dense& ids = out[0]->dense();
  tensor::Csr& entries = out[1]->csr();
  ids.resize({static_cast<Dim>(nonzeros)}, DType::int64);
  entries.resize(static_cast<Dim>(nonzeros), static_cast<Dim>(rows), nonzeros, dtype_of<T>());
  const size_t distinct =
      sort(scratch.zeros<int32_t>(0, columns), scratch.get<int32_t>(1, nonzeros),
           kernels::ByColumn<T>{ids.values<int64_t>().data(), entries.indptr.as<int32_t>().data(),
                                entries.indices.as<int32_t>().data(), entries.values<T>().data()});
  ids.resize({static_cast<Dim>(distinct)}, DType::int64);  // Shrinks, which keeps the contents.
  entries.resize(static_cast<Dim>(distinct), static_cast<Dim>(rows), nonzeros, dtype_of<T>());
}

}  // namespace

void by_column(const Op&, Context& context, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Csr& a = in[0]->csr();
  with_float("by_column", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto view = csr_view<T>(a, "by_column");
    fill<T>(
        context.scratch, static_cast<size_t>(a.columns), view.rows, view.nonzeros(), out,
        [&](auto number, auto place, const auto& to) { return kernels::by_column(view, number, place, to); });
  });
}

void by_id(const Op&, Context& context, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense& ids = in[0]->dense();
  with_float("by_id", in[1]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const size_t rows = rows_view<T>(*in[1]).rows;
    with_ids("by_id", ids, [&](auto values) {
      const size_t bad = first_out_of_range(values, static_cast<Dim>(rows));
      LACUNA_REQUIRE_RANGE(bad >= values.size(), "by_id: ids must be in [0, ", rows,
                           "), the rows of w. Received: id=", values[bad], " at place ", bad,
                           ", w=", in[1]->spec(), ".");
      LACUNA_REQUIRE(rows < size_t{1} << 31, "by_id: w may have up to 2^31 rows. Received: rows=", rows, ".");
      fill<T>(
          context.scratch, rows, values.size(), values.size(), out,
          [&](auto number, auto place, const auto& to) { return kernels::by_id(values, number, place, to); });
    });
  });
}

}  // namespace lacuna::cpu
