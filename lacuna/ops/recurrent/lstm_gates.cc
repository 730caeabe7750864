// lstm_gates: h' and c' of an LSTM. As ops of their own its dozen functions would read and write memory a
// dozen times.
//
//   dz for z = x + p, and dc, by an op of its own, which computes the gates again
#include "lacuna/ops/recurrent/lstm_gates.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/kernels/gates.h"
#include "lacuna/ops/elementwise/scalar.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

struct LstmOp : Op {
  explicit LstmOp(bool h) : hard(h) {}
  std::string key() const override { return text(name(), ' ', hard); }
  std::string_view cost(const Rule&) const override { return "elements"; }
  const bool hard;

 protected:
  void require(std::span<const Spec> in) const {
    bool fit = true;
    for (const Spec& s : in) fit &= s.shape.size() == 2 && is_float(s.dtype) && s.dtype == in[0].dtype;
    fit = fit && in[1].shape[1] == in[0].shape[1];
    for (size_t i = 2; fit && i < in.size(); ++i) fit = in[0].shape[1] == 4 * in[i].shape[1];
    LACUNA_REQUIRE(
        fit, name(),
        ": x and p must be (batch, 4 units), and states (batch, units), of one float dtype. Received: "
        "x=",
        in[0], ", p=", in[1], ", c=", in[2], ".");
  }
};

// body(row number, its row, tag) for each row of the batch; all inputs must have as many.
template <class Body>
void for_lstm_rows(const LstmOp& op, In in, const Body& body) {
  const tensor::Dense &x = in[0]->dense(), &c = in[2]->dense();
  for (const Tensor* other : in)
    LACUNA_REQUIRE(other->dense().shape[0] == x.shape[0], op.name(),
                   ": all inputs must have as many rows. Received: x=", in[0]->spec(), ", ", other->spec(),
                   ".");
  const auto rows = static_cast<size_t>(c.shape[0]), n = static_cast<size_t>(c.shape[1]);
  with_float("lstm_gates", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *x_ = x.values<T>().data(), *p = in[1]->dense().values<T>().data(), *c_ = c.values<T>().data();
    parallel_for(rows, std::max<size_t>(1, 2048 / n), [&](size_t begin, size_t end) {
      for (size_t r = begin; r < end; ++r)
        body(r, kernels::LstmRow<T>{x_ + 4 * n * r, p + 4 * n * r, c_ + n * r, n, op.hard});
    });
  });
}

template <class T>
T* row_of(tensor::Dense& y, size_t r) {
  return y.values<T>().data() + r * static_cast<size_t>(y.shape[1]);
}

// (x, p, c, dh', dc') -> dz, dc
struct LstmGatesGradient final : LstmOp {
  using LstmOp::LstmOp;
  std::string_view name() const override { return "lstm_gates_gradient"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense, dense, dense, dense}, {dense, dense}, run}}};
    return rules;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    rule_for(*this, in);
    require(in);
    return {in[0], in[2]};
  }
  static void run(const Op& op, Context&, In in, Out out) {
    tensor::Dense &dz = out[0]->dense(), &dc = out[1]->dense();
    dz.resize(in[0]->dense().shape, in[0]->dtype());
    dc.resize(in[2]->dense().shape, in[0]->dtype());
    for_lstm_rows(static_cast<const LstmOp&>(op), in, [&]<class T>(size_t r, const kernels::LstmRow<T>& row) {
      const T *dh = in[3]->dense().values<T>().data() + r * row.n,
              *dnew_c = in[4]->dense().values<T>().data() + r * row.n;
      kernels::lstm_row_gradient(row, dh, dnew_c, row_of<T>(dz, r), row_of<T>(dc, r));
    });
  }
};

struct LstmGates final : LstmOp {
  using LstmOp::LstmOp;
  std::string_view name() const override { return "lstm_gates"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense, dense}, {dense, dense}, run}}};
    return rules;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    rule_for(*this, in);
    require(in);
    return {in[2], in[2]};
  }
  static void run(const Op& op, Context&, In in, Out out) {
    tensor::Dense &h = out[0]->dense(), &c = out[1]->dense();
    h.resize(in[2]->dense().shape, in[0]->dtype());
    c.resize(in[2]->dense().shape, in[0]->dtype());
    for_lstm_rows(static_cast<const LstmOp&>(op), in, [&]<class T>(size_t r, const kernels::LstmRow<T>& row) {
      kernels::lstm_row(row, row_of<T>(h, r), row_of<T>(c, r));
    });
  }
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> d,
                               const std::vector<bool>&) const override {
    const Symbol& c = node.in(2);
    const auto or_zeros = [&](const Symbol& g) { return g ? g : zeros_like(c); };
    const auto made = apply_node(std::make_shared<LstmGatesGradient>(hard),
                                 {node.in(0), node.in(1), c, or_zeros(d[0]), or_zeros(d[1])});
    return {Symbol(made, 0), Symbol(made, 0), Symbol(made, 1)};
  }
};

const bool lstm_gates_registered =
    register_op("lstm_gates",
                [] {
                  return std::vector<Example>{
                      {std::make_shared<LstmGates>(false), {{{None, 8}}, {{None, 8}}, {{None, 2}}}},
                      {std::make_shared<LstmGates>(true), {{{None, 8}}, {{None, 8}}, {{None, 2}}}}};
                }) &&
    register_op("lstm_gates_gradient", [] {
      return std::vector<Example>{{std::make_shared<LstmGatesGradient>(false),
                                   {{{None, 8}}, {{None, 8}}, {{None, 2}}, {{None, 2}}, {{None, 2}}}}};
    });

}  // namespace

std::vector<Symbol> lstm_gates(const Symbol& x, const Symbol& p, const Symbol& c, bool hard) {
  const auto node = apply_node(std::make_shared<LstmGates>(hard), {x, p, c});
  return {Symbol(node, 0), Symbol(node, 1)};
}

}  // namespace lacuna
