// dot_to_csr: C = A B of a dense A and a csr B as csr: each row has all columns in which B stores a value.
//
//   dA = dC Bᵀ,  dB = Aᵀ dC at its entries
#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/kernels/csr_dot.h"
#include "lacuna/kernels/transpose.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/products/csr_csr_dot.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/dot_nt.h"
#include "lacuna/ops/products/sampled_dot_t.h"
#include "lacuna/ops/shape/permute_dimensions.h"

namespace lacuna {
namespace {

// Like dot of dense and csr, but only with the columns in which B has entries.
void run(const Op&, Context& context, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense& a = in[0]->dense();
  const tensor::Csr& b = in[1]->csr();
  const auto n = static_cast<size_t>(a.shape[0]), k = static_cast<size_t>(a.shape[1]);
  LACUNA_REQUIRE(a.shape[1] == b.rows,
                 "dot_to_csr: columns of a must equal rows of b. Received: a=", in[0]->spec(),
                 ", b=", in[1]->spec(), ".");
  with_float("dot_to_csr", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Numbered<T> right = numbered<T>("dot_to_csr", context.scratch, 0, b, true);
    const size_t m = right.columns;
    LACUNA_REQUIRE(n * m < size_t{1} << 31,
                   "dot_to_csr: the result may hold up to 2^31 entries. Received: rows=", n,
                   ", columns with a value=", m, ".");
    tensor::Csr& c = out[0]->csr();
    c.resize(a.shape[0], b.columns, n * m, a.dtype, b.columns >= Dim{1} << 31 ? DType::int64 : DType::int32);
    const auto turned = transposed("dot_to_csr", context.scratch, 6, right.view, m);
    const auto at = context.scratch.get<T>(9, k * n), ct = context.scratch.get<T>(10, m * n);
    kernels::transpose(a.values<T>().data(), n, k, at.data());
    kernels::csr_dot(turned, at.data(), k, n, n, ct.data());
    kernels::transpose(ct.data(), m, n, c.values<T>().data());
    const auto place = [&](auto indices, auto indptr) {
      using I = std::remove_reference_t<decltype(indptr[0])>;
      for (size_t r = 0; r <= n; ++r) indptr[r] = static_cast<I>(r * m);
      if (!n) return;
      std::ranges::transform(right.ids, indices.begin(), [](int64_t id) { return static_cast<I>(id); });
      parallel_for(n - 1, std::max<size_t>(1, 32768 / (m + 1)), [&](size_t begin, size_t end) {
        for (size_t r = begin; r < end; ++r) std::copy_n(indices.begin(), m, &indices[0] + (r + 1) * m);
      });
    };
    if (c.index == DType::int64) place(c.indices.as<int64_t>(), c.indptr.as<int64_t>());
    else place(c.indices.as<int32_t>(), c.indptr.as<int32_t>());
  });
}

struct DotToCsr final : Op {
  std::string_view name() const override { return "dot_to_csr"; }
  std::string_view cost(const Rule&) const override {
    return "rows of a × (its columns + entries of b); memory for columns, up to 2^28";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, csr}, {csr}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &a = in[0], &b = in[1];
    const Storage out = rule_for(*this, in).out[0];
    LACUNA_REQUIRE(
        a.shape.size() == 2 && (a.shape[1] == b.shape[0] || a.shape[1] == None || b.shape[0] == None),
        "dot_to_csr: a and b must be matrices, columns of a equal rows of b. Received: a=", a, ", b=", b,
        ".");
    LACUNA_REQUIRE(a.dtype == b.dtype && is_float(a.dtype),
                   "dot_to_csr: a and b must have one float dtype. Received: a=", a, ", b=", b, ".");
    return {{{a.shape[0], b.shape[1]}, a.dtype, out}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1), g = gradient_into(node, dc[0]);
    return {wanted[0] ? gradient_at(dot_nt(g, b), a) : Symbol{},
            wanted[1] ? sampled_dot_t(a, g, b) : Symbol{}};
  }
};

const bool dot_to_csr_registered = register_op("dot_to_csr", [] {
  return std::vector<Example>{{std::make_shared<DotToCsr>(), {{{None, 7}}, {{7, 5}}}},
                              {std::make_shared<DotToCsr>(), {{{None, 40}}, {{40, 70}}}}};
});

}  // namespace

Symbol dot_to_csr(const Symbol& a, const Symbol& b) {
  static const auto op = std::make_shared<DotToCsr>();
  return apply(op, {a, b});
}

Symbol dot(const Symbol& a, const Symbol& b, bool transpose_a, bool transpose_b, Storage forward_stype) {
  if (forward_stype == Storage::csr && a.storage() == Storage::dense && b.storage() == Storage::csr)
    return dot_to_csr(transpose_a ? transpose(a) : a, transpose_b ? transpose(b) : b);
  const Symbol c = dot(a, b, transpose_a, transpose_b);
  LACUNA_REQUIRE(
      forward_stype == Storage::dense || forward_stype == c.storage(),
      "dot: forward_stype must be dense, the storage that the product has, or csr of dense with csr. "
      "Received: forward_stype=",
      forward_stype, ", a=", a.spec(), ", b=", b.spec(), ", the product=", c.spec(), ".");
  return cast_storage(c, forward_stype);
}

}  // namespace lacuna
