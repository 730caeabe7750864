// Crossentropies of logits x and their gradients, each as one stable op.
//
//   softmax   l = Σ_j t_j (log Σ_k exp(x_k) - x_j)            dx = dl (softmax(x) Σ t - t)
//                                                             dt_j = dl (log Σ_k exp(x_k) - x_j)
//   sigmoid   l_j = max(x_j, 0) - x_j t_j + log(1 + exp(-|x_j|))   dx_j = dl_j (sigmoid(x_j) - t_j)
//                                                                  dt_j = -dl_j x_j
#include "lacuna/ops/labels/crossentropy.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/reductions/softmax.h"
#include "lacuna/ops/shape/reshape.h"

namespace lacuna {

namespace cpu {  // crossentropy_cpu.cc
void softmax_crossentropy(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
void softmax_crossentropy_gradient(const Op&, Context&, std::span<const Tensor* const>,
                                   std::span<Tensor* const>);
void sparse_softmax_crossentropy(const Op&, Context&, std::span<const Tensor* const>,
                                 std::span<Tensor* const>);
void sparse_softmax_crossentropy_gradient(const Op&, Context&, std::span<const Tensor* const>,
                                          std::span<Tensor* const>);
void sigmoid_crossentropy(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
void sigmoid_crossentropy_gradient(const Op&, Context&, std::span<const Tensor* const>,
                                   std::span<Tensor* const>);
}  // namespace cpu

namespace {

bool agree(std::span<const Dim> a, std::span<const Dim> b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && a[i] != None && b[i] != None) return false;
  return true;
}

Shape without_last(const Shape& shape) { return {shape.begin(), shape.end() - 1}; }

// (target, the logits or their softmax, dloss) -> dlogits.
struct Gradient final : Op {
  Gradient(const char* op_name, Kernel kernel, bool csr_target)
      : name_(op_name),
        rules_{{{{Storage::dense, Storage::dense, Storage::dense}, {Storage::dense}, kernel}}} {
    if (csr_target)
      rules_.rows.push_back({{Storage::csr, Storage::dense, Storage::dense}, {Storage::dense}, kernel});
  }
  std::string_view name() const override { return name_; }
  std::string_view cost(const Rule&) const override { return "elements"; }
  const Rules& rules() const override { return rules_; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{in[1].shape, in[1].dtype, rule_for(*this, in).out[0]}};
  }

 private:
  const char* name_;
  Rules rules_;
};

const auto& softmax_gradient_op() {
  static const auto op =
      std::make_shared<Gradient>("softmax_crossentropy_gradient", cpu::softmax_crossentropy_gradient, true);
  return op;
}
const auto& sparse_gradient_op() {
  static const auto op = std::make_shared<Gradient>("sparse_softmax_crossentropy_gradient",
                                                    cpu::sparse_softmax_crossentropy_gradient, false);
  return op;
}
const auto& sigmoid_gradient_op() {
  static const auto op =
      std::make_shared<Gradient>("sigmoid_crossentropy_gradient", cpu::sigmoid_crossentropy_gradient, true);
  return op;
}

void check_target(std::string_view where, const Spec& target, const Spec& logits) {
  LACUNA_REQUIRE(
      !logits.shape.empty() && is_float(logits.dtype) && target.dtype == logits.dtype &&
          agree(target.shape, logits.shape),
      where,
      ": target and logits must have one shape, of rank 1 or more, and one float dtype. Received: target=",
      target, ", logits=", logits, ".");
}

struct SoftmaxCrossentropy final : Op {
  std::string_view name() const override { return "softmax_crossentropy"; }

  std::string_view cost(const Rule&) const override { return "elements"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // target logits     loss
        {{dense, dense}, {dense}, cpu::softmax_crossentropy},
        {{csr, dense}, {dense}, cpu::softmax_crossentropy},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    check_target(name(), in[0], in[1]);
    return {{without_last(in[1].shape), in[1].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dl,
                               const std::vector<bool>& wanted) const override {
    const Symbol &target = node.in(0), &x = node.in(1);
    Symbol dt, dx;
    if (wanted[0])
      dt = gradient_at(multiply(expand_dims(dl[0]), subtract(logsumexp(x, {-1}, true), x)), target);
    if (wanted[1]) dx = apply(softmax_gradient_op(), {target, softmax(x), dl[0]});
    return {dt, dx};
  }
};

struct SparseSoftmaxCrossentropy final : Op {
  std::string_view name() const override { return "sparse_softmax_crossentropy"; }

  std::string_view cost(const Rule&) const override { return "elements"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense}, {dense}, cpu::sparse_softmax_crossentropy}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &ids = in[0], &logits = in[1];
    const auto shape = std::span(logits.shape);
    LACUNA_REQUIRE(
        !shape.empty() && is_float(logits.dtype) &&
            (agree(ids.shape, shape.first(shape.size() - 1)) ||
             (ids.shape.size() == shape.size() && ids.shape.back() == 1 &&
              agree(std::span(ids.shape).first(shape.size() - 1), shape.first(shape.size() - 1)))),
        "sparse_softmax_crossentropy: ids must have the shape of logits without the last axis, or with a "
        "last axis "
        "of 1. Received: ids=",
        ids, ", logits=", logits, ".");
    LACUNA_REQUIRE(ids.dtype == DType::int32 || ids.dtype == DType::int64,
                   "sparse_softmax_crossentropy: ids must be integers (int32 or int64). Received: ids=", ids,
                   ".");
    return {{without_last(logits.shape), logits.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dl,
                               const std::vector<bool>& wanted) const override {
    if (!wanted[1]) return {{}, {}};
    return {{}, apply(sparse_gradient_op(), {node.in(0), softmax(node.in(1)), dl[0]})};
  }
};

struct SigmoidCrossentropy final : Op {
  std::string_view name() const override { return "sigmoid_crossentropy"; }

  std::string_view cost(const Rule&) const override { return "elements"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // target logits     loss
        {{dense, dense}, {dense}, cpu::sigmoid_crossentropy},
        {{csr, dense}, {dense}, cpu::sigmoid_crossentropy},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    check_target(name(), in[0], in[1]);
    return {{in[1].shape, in[1].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dl,
                               const std::vector<bool>& wanted) const override {
    const Symbol &target = node.in(0), &x = node.in(1);
    Symbol dt, dx;
    if (wanted[0]) dt = gradient_at(negative(multiply(dl[0], x)), target);
    if (wanted[1]) dx = apply(sigmoid_gradient_op(), {target, x, dl[0]});
    return {dt, dx};
  }
};

const Example::Input kMatrix{{None, 4}}, kZeroOne{{None, 4}, DType::float32, Values::zero_one};
const Example::Input kIds{{None}, DType::int32, Values::ids, 4},
    kColumnOfIds{{None, 1}, DType::int64, Values::ids, 4};

const bool crossentropy_softmax_registered = register_op("softmax_crossentropy", [] {
  const auto op = std::make_shared<SoftmaxCrossentropy>();
  return std::vector<Example>{{op, {kZeroOne, kMatrix}}, {op, {kMatrix, kMatrix}}};
});
const bool crossentropy_sparse_registered = register_op("sparse_softmax_crossentropy", [] {
  const auto op = std::make_shared<SparseSoftmaxCrossentropy>();
  return std::vector<Example>{{op, {kIds, kMatrix}},
                              {op, {kColumnOfIds, kMatrix}},
                              {op, {{{None, 3}, DType::int32, Values::ids, 4}, {{None, 3, 4}}}}};
});
const bool crossentropy_sigmoid_registered = register_op("sigmoid_crossentropy", [] {
  return std::vector<Example>{{std::make_shared<SigmoidCrossentropy>(), {kZeroOne, kMatrix}}};
});
const bool crossentropy_softmax_gradient_registered = register_op("softmax_crossentropy_gradient", [] {
  return std::vector<Example>{{softmax_gradient_op(), {kMatrix, kMatrix, {{None}}}}};
});
const bool crossentropy_sparse_gradient_registered = register_op("sparse_softmax_crossentropy_gradient", [] {
  return std::vector<Example>{{sparse_gradient_op(), {kIds, kMatrix, {{None}}}}};
});
const bool crossentropy_sigmoid_gradient_registered = register_op("sigmoid_crossentropy_gradient", [] {
  return std::vector<Example>{{sigmoid_gradient_op(), {kZeroOne, kMatrix, kMatrix}}};
});

}  // namespace

Symbol softmax_crossentropy(const Symbol& target, const Symbol& logits) {
  static const auto op = std::make_shared<SoftmaxCrossentropy>();
  return apply(op, {target, logits});
}

Symbol sparse_softmax_crossentropy(const Symbol& ids, const Symbol& logits) {
  static const auto op = std::make_shared<SparseSoftmaxCrossentropy>();
  return apply(op, {ids, logits});
}

Symbol sigmoid_crossentropy(const Symbol& target, const Symbol& logits) {
  static const auto op = std::make_shared<SigmoidCrossentropy>();
  return apply(op, {target, logits});
}

}  // namespace lacuna
