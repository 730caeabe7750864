// extreme_gradient: dA = dC where A > B (A < B for the smallest), else 0, at the entries of A.
#include "lacuna/ops/extreme_gradient.h"

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/entries.h"

namespace lacuna {
namespace {

// The value at a column of a row whose entries are visited from left to right; 0 where there is none.
template <class T>
T value_at(const kernels::CsrView<T>& m, int32_t column, int32_t end, int32_t& k) {
  while (k < end && m.indices[k] < column) ++k;
  return k < end && m.indices[k] == column ? m.data[k] : T(0);
}

struct ExtremeGradient final : Op {
  ExtremeGradient(bool l, bool t) : largest(l), ties(t) {}
  const bool largest, ties;

  std::string_view name() const override { return "extreme_gradient"; }
  std::string key() const override { return text("extreme_gradient ", largest, ' ', ties); }

  static void at_csr(const Op& op, Context&, std::span<const Tensor* const> in,
                     std::span<Tensor* const> out) {
    const auto& self = static_cast<const ExtremeGradient&>(op);
    const EntryRows rows("extreme_gradient", *in[0]);
    with_float("extreme_gradient", in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto a = csr_view<T>(in[0]->csr(), "extreme_gradient"),
                 b = csr_view<T>(in[1]->csr(), "extreme_gradient"),
                 dc = csr_view<T>(in[2]->csr(), "extreme_gradient");
      T* da = entries_like<T>(*in[0], *out[0]).data();
      parallel_for(a.rows, rows.grain(), [&](size_t begin, size_t end) {
        for (size_t r = begin; r < end; ++r) {
          int32_t in_b = b.indptr[r], in_dc = dc.indptr[r];
          for (int32_t k = a.indptr[r]; k < a.indptr[r + 1]; ++k) {
            const T y = value_at(b, a.indices[k], b.indptr[r + 1], in_b);
            const T g = value_at(dc, a.indices[k], dc.indptr[r + 1], in_dc);
            const bool first = self.largest ? a.data[k] > y : a.data[k] < y;
            da[k] = first || (self.ties && a.data[k] == y) ? g : T(0);
          }
        }
      });
    });
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{csr, csr, csr}, {csr}, at_csr}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    require(in[0].dtype == in[1].dtype && in[0].dtype == in[2].dtype && is_float(in[0].dtype),
            "extreme_gradient: a, b and dc must have one float dtype. Received: a=", in[0], ", b=", in[1],
            ", dc=", in[2], ".");
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }
};

const bool registered = register_op("extreme_gradient", [] {
  return std::vector<Example>{
      {std::make_shared<ExtremeGradient>(true, false), {{{None, 6}}, {{None, 6}}, {{None, 6}}}}};
});

}  // namespace

Symbol extreme_gradient(const Symbol& a, const Symbol& b, const Symbol& dc, bool largest, bool ties) {
  return apply(std::make_shared<ExtremeGradient>(largest, ties), {a, b, dc});
}

}  // namespace lacuna
