// concatenate_part: the part of a concatenation's gradient that belongs to input i, for sizes that are known
// only in a run.
#include "lacuna/ops/shape/concatenate_part.h"

#include <cstring>

#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/range.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

Dim size_along(const Tensor& part, size_t axis) {
  switch (part.storage()) {
    case Storage::csr:
      return axis == 0 ? part.csr().rows : part.csr().columns;
    case Storage::row_sparse:
      return part.row_sparse().shape[axis];
    default:
      return part.dense().shape[axis];
  }
}

// The inputs are y and then the parts.
struct ConcatenatePart final : Op {
  ConcatenatePart(size_t a, size_t part) : axis(a), i(part) {}

  std::string_view name() const override { return "concatenate_part"; }
  std::string key() const override { return text("concatenate_part ", axis, ' ', i); }

  std::string_view cost(const Rule& rule) const override {
    return rule.in[0] == Storage::row_sparse ? "stored rows + those of the part × units" : slice_cost(rule);
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{.rows = {{{dense, dense}, {dense}, run},
                                      {{csr, csr}, {csr}, run, {dense}},
                                      {{row_sparse, row_sparse}, {row_sparse}, run_rows}},
                             .repeats = true};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    Spec part{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]};
    part.shape[axis] = in[i + 1].shape[axis];
    return {part};
  }

  Range range(In in) const {
    Range range{axis, 0, 0, 1};
    for (size_t p = 0; p < i; ++p) range.start += size_along(*in[p + 1], axis);
    range.stop = range.start + size_along(*in[i + 1], axis);
    return range;
  }

  static void run(const Op& op, Context&, In in, Out out) {
    const Range range = static_cast<const ConcatenatePart&>(op).range(in);
    if (in[0]->storage() == Storage::csr) cpu::slice_csr(range, in[0]->csr(), out[0]->csr());
    else cpu::slice_dense(range, in[0]->dense(), out[0]->dense());
  }

  static void run_rows(const Op& op, Context&, In in, Out out) {
    const Range range = static_cast<const ConcatenatePart&>(op).range(in);
    const tensor::RowSparse& y = in[0]->row_sparse();
    tensor::RowSparse& part = out[0]->row_sparse();
    const auto ids = y.row_ids();
    const auto inside = [&](int64_t id) { return id >= range.start && id < range.stop; };
    part.shape = y.shape;
    part.shape[0] = range.stop - range.start;
    part.resize(part.shape, static_cast<size_t>(std::ranges::count_if(ids, inside)), y.dtype);
    const size_t row = y.width() * size_of(y.dtype);
    size_t n = 0;
    for (size_t r = 0; r < ids.size(); ++r) {
      if (!inside(ids[r])) continue;
      part.row_ids()[n] = ids[r] - range.start;
      std::memcpy(part.data.data() + n++ * row, y.data.data() + r * row, row);
    }
  }

  size_t axis, i;
};

const bool concatenate_part_registered = register_op("concatenate_part", [] {
  const auto op = std::make_shared<ConcatenatePart>(0, 1);
  return std::vector<Example>{{op, {{{5, 3}}, {{2, 3}}, {{3, 3}}}}};
});

}  // namespace

Symbol concatenate_part(const Symbol& y, const std::vector<Symbol>& parts, size_t axis, size_t i) {
  std::vector<Symbol> in{y};
  in.insert(in.end(), parts.begin(), parts.end());
  return lacuna::apply(std::make_shared<ConcatenatePart>(axis, i), std::move(in));
}

}  // namespace lacuna
