// at_entries: the values of a dense tensor where a pattern has entries.
//
//   dx = dy made dense
#include "lacuna/ops/parts/at_entries.h"

#include <cstring>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/parts/ids.h"

namespace lacuna {
namespace {

void at_csr(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense& x = in[0]->dense();
  const tensor::Csr& pattern = in[1]->csr();
  tensor::Csr& y = out[0]->csr();
  y.resize_like(pattern, x.dtype);
  with_float("at_entries", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* from = x.values<T>().data();
    T* to = y.values<T>().data();
    with_index(pattern, [&](auto indices, auto indptr) {
      for (size_t r = 0; r < static_cast<size_t>(pattern.rows); ++r, from += pattern.columns)
        for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k)
          to[k] = from[indices[k]];
    });
  });
}

void at_rows(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense& x = in[0]->dense();
  const tensor::RowSparse& pattern = in[1]->row_sparse();
  tensor::RowSparse& y = out[0]->row_sparse();
  const auto ids = pattern.row_ids();
  y.resize(pattern.shape, ids.size(), x.dtype);
  const size_t row = y.width() * size_of(x.dtype);
  std::ranges::copy(ids, y.row_ids().begin());
  for (size_t i = 0; i < ids.size(); ++i)
    std::memcpy(y.data.data() + i * row, x.data.data() + static_cast<size_t>(ids[i]) * row, row);
}

struct AtEntries final : Op {
  std::string_view name() const override { return "at_entries"; }

  std::string_view cost(const Rule& rule) const override { return rows_and_stored(rule.out[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, csr}, {csr}, at_csr},
        {{dense, row_sparse}, {row_sparse}, at_rows},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in[0].shape.size() == in[1].shape.size() && is_float(in[0].dtype),
                   "at_entries: x must have a float dtype and the shape of the pattern. Received: x=", in[0],
                   ", pattern=", in[1], ".");
    return {{in[1].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node&, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    return {wanted[0] ? cast_storage(dy[0], Storage::dense) : Symbol{}, {}};
  }
};

const bool at_entries_registered = register_op("at_entries", [] {
  return std::vector<Example>{{std::make_shared<AtEntries>(), {{{None, 5}}, {{None, 5}}}}};
});

}  // namespace

Symbol at_entries(const Symbol& x, const Symbol& pattern) {
  static const auto op = std::make_shared<AtEntries>();
  return apply(op, {x, pattern});
}

}  // namespace lacuna
