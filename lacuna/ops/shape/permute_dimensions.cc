// permute_dimensions: the same values with dimensions in another order, Y = Xᵀ for a matrix.
//
//   dX = dY permuted back, at the entries of a csr X
#include "lacuna/ops/shape/permute_dimensions.h"

#include <algorithm>
#include <numeric>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/kernels/transpose.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/parts/views.h"

namespace lacuna {
namespace {

void permute_dense(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out);
void transpose_csr(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out);

struct PermuteDimensions final : Op {
  explicit PermuteDimensions(std::vector<int> p) : pattern(std::move(p)) {}

  std::string_view name() const override { return "permute_dimensions"; }
  std::string key() const override {
    std::string result(name());
    for (const int axis : pattern) result += text(' ', axis);
    return result;
  }

  std::string_view cost(const Rule& rule) const override {
    return rule.in[0] == Storage::csr ? "rows + non-zeros + columns" : "elements";
  }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense}, {dense}, permute_dense}, {{csr}, {csr}, transpose_csr}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec& x = in[0];
    LACUNA_REQUIRE(x.shape.size() == pattern.size() && (x.storage != Storage::csr || is_float(x.dtype)),
                   "permute_dimensions: pattern must name each dimension of x once. Received: x=", x,
                   ", dimensions=", pattern.size(), ".");
    Spec y = x;
    for (size_t i = 0; i < pattern.size(); ++i) y.shape[i] = x.shape[static_cast<size_t>(pattern[i])];
    y.storage = rule_for(*this, in).out[0];
    return {y};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    std::vector<int> back(pattern.size());
    for (size_t i = 0; i < pattern.size(); ++i) back[static_cast<size_t>(pattern[i])] = static_cast<int>(i);
    return {gradient_at(permute_dimensions(gradient_into(node, dy[0]), back), node.in(0))};
  }

  std::vector<int> pattern;
};

// Transposes one matrix after another where only the last two dimensions are swapped; else copies block by
// block.
template <class U>
void permute(const std::vector<int>& pattern, const tensor::Dense& x, tensor::Dense& y) {
  const size_t rank = pattern.size();
  const U* from = x.data.as<U>().data();
  U* to = y.data.as<U>().data();
  std::array<size_t, kMaxRank> stride{};  // The offset in x of one step along dimension i of y.
  for (size_t i = 0; i < rank; ++i) {
    stride[i] = 1;
    for (size_t d = static_cast<size_t>(pattern[i]) + 1; d < rank; ++d)
      stride[i] *= static_cast<size_t>(x.shape[d]);
  }
  bool last_two = rank >= 2 && pattern[rank - 1] == static_cast<int>(rank - 2);
  for (size_t i = 0; i + 2 < rank; ++i) last_two = last_two && pattern[i] == static_cast<int>(i);
  if (last_two) {
    const auto rows = static_cast<size_t>(x.shape[rank - 2]),
               columns = static_cast<size_t>(x.shape[rank - 1]);
    const size_t matrix = rows * columns;
    for (size_t at = 0; matrix && at < x.size(); at += matrix)
      kernels::transpose(from + at, rows, columns, to + at);
    return;
  }
  size_t moved = rank, block = 1;  // The last dimensions that stay in place are moved as one block.
  while (moved && pattern[moved - 1] == static_cast<int>(moved - 1))
    block *= static_cast<size_t>(y.shape[--moved]);
  parallel_for(block ? y.size() / block : 0, std::max<size_t>(1, kGrain / std::max<size_t>(1, block)),
               [&](size_t begin, size_t end) {
                 for (size_t i = begin; i < end; ++i) {
                   size_t place = 0, rest = i;
                   for (size_t d = moved; d-- > 0; rest /= static_cast<size_t>(y.shape[d]))
                     place += rest % static_cast<size_t>(y.shape[d]) * stride[d];
                   std::copy_n(from + place, block, to + i * block);
                 }
               });
}

void permute_dense(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const std::vector<int>& pattern = static_cast<const PermuteDimensions&>(op).pattern;
  const tensor::Dense& x = in[0]->dense();
  tensor::Dense& y = out[0]->dense();
  y.shape = x.shape;
  for (size_t i = 0; i < pattern.size(); ++i) y.shape[i] = x.shape[static_cast<size_t>(pattern[i])];
  y.resize(y.shape, x.dtype);
  if (size_of(x.dtype) == 8) permute<uint64_t>(pattern, x, y);
  else permute<uint32_t>(pattern, x, y);
}

void transpose_csr(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Csr& x = in[0]->csr();
  tensor::Csr& y = out[0]->csr();
  LACUNA_REQUIRE(x.columns < Dim{1} << 31,
                 "transpose: a csr matrix of up to 2^31 columns can be transposed, since each "
                 "becomes a row. Received: x=",
                 Tensor(x).spec(), ".");
  with_float("transpose", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto view = csr_view<T>(x, "transpose");
    y.resize(x.columns, x.rows, view.nonzeros(), x.dtype);
    kernels::transpose(view, static_cast<size_t>(x.columns), y.indptr.as<int32_t>().data(),
                       y.indices.as<int32_t>().data(), y.values<T>().data());
  });
}

const bool permute_dimensions_registered = register_op("permute_dimensions", [] {
  const auto op = [](std::vector<int> pattern) {
    return std::make_shared<PermuteDimensions>(std::move(pattern));
  };
  return std::vector<Example>{{op({1, 0}), {{{None, 5}}}},
                              {op({1, 0}), {{{None, 5}, DType::int64, Values::ids, 9}}},
                              {op({0, 2, 1}), {{{None, 5, 3}}}},
                              {op({2, 0, 1}), {{{None, 5, 3}}}},
                              {op({3, 1, 0, 2}), {{{None, 2, 3, 4}}}}};
});

}  // namespace

Symbol permute_dimensions(const Symbol& x, const std::vector<int>& pattern) {
  const int rank = static_cast<int>(x.rank());
  std::vector<int> axes = pattern, sorted;
  for (int& axis : axes) axis += axis < 0 ? rank : 0;
  sorted = axes;
  std::ranges::sort(sorted);
  bool each_once = static_cast<int>(axes.size()) == rank && x.rank() <= kMaxRank;
  for (int i = 0; each_once && i < rank; ++i) each_once = sorted[static_cast<size_t>(i)] == i;
  if (!each_once) {
    std::string given;
    for (const int axis : pattern) given += text(given.empty() ? "" : ", ", axis);
    throw InvalidArgument("permute_dimensions: pattern must name each dimension of x once. Received: x=",
                          x.spec(), ", pattern=(", given, ").");
  }
  if (std::ranges::is_sorted(axes)) return x;
  return apply(std::make_shared<PermuteDimensions>(axes), {x});
}

Symbol transpose(const Symbol& x) {
  std::vector<int> pattern(x.rank());
  std::iota(pattern.rbegin(), pattern.rend(), 0);
  return permute_dimensions(x, pattern);
}

}  // namespace lacuna
