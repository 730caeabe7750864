// sum, mean, max, min, prod and norm over axes.
//
//   sum, mean    dx = dy repeated along the axes (for the mean, divided by their size), at the entries of
//                a sparse x
//   max, min, prod, norm    see reduce_gradient
#include "lacuna/ops/reductions/reduce.h"

#include <cmath>

#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/scalar.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/reductions/reduce_about.h"
#include "lacuna/ops/reductions/reduce_gradient.h"
#include "lacuna/ops/reductions/reduce_integers.h"
#include "lacuna/ops/reductions/reduce_op.h"
#include "lacuna/ops/reductions/reduce_sparse_cpu.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// F: how values are combined; finish(result, how many values there were).
struct Plain {
  template <class K>
  static K finish(K v, double) {
    return v;
  }
};
struct SumKind : Plain {
  using F = cpu::SumOf;
  static constexpr const char* kName = "sum";
};
struct MeanKind {
  using F = cpu::SumOf;
  static constexpr const char* kName = "mean";
  static double finish(double v, double n) { return v / n; }
};
struct MaxKind : Plain {
  using F = cpu::ExtremeOf<true>;
  static constexpr const char* kName = "max";
};
struct MinKind : Plain {
  using F = cpu::ExtremeOf<false>;
  static constexpr const char* kName = "min";
};
struct ProductKind : Plain {
  using F = cpu::ProductOf;
  static constexpr const char* kName = "prod";
};
struct NonzeroProductKind : Plain {
  using F = cpu::NonzeroProductOf;
  static constexpr const char* kName = "nonzero_prod";
};
struct NormKind {
  using F = cpu::SquaresOf;
  static constexpr const char* kName = "norm";
  static double finish(double v, double) { return std::sqrt(v); }
};

template <class Kind>
struct Reduction final : Reduce {
  using Reduce::Reduce;
  using F = typename Kind::F;
  static constexpr bool kLinear = std::is_same_v<Kind, SumKind> || std::is_same_v<Kind, MeanKind>;
  static constexpr bool kExtreme = std::is_same_v<Kind, MaxKind> || std::is_same_v<Kind, MinKind>;
  // Whether the result for zeros is 0, so that rows that are not stored need not be stored in the result.
  static constexpr bool kKeepsRows = kLinear || kExtreme || std::is_same_v<Kind, NormKind>;
  std::string_view name() const override { return Kind::kName; }

  template <class T>
  static auto finish(double n) {
    using K = cpu::KeptBy<F, T>;
    return [n](K v, size_t missing, size_t) {
      if (F::kZeros && missing) v = F::of(v, F::each(K(0)));
      return static_cast<T>(Kind::finish(v, n));
    };
  }

  static void dense(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const Reduction&>(op);
    const Dims x = dims_of(*in[0]);
    const Result to = self.result(x);
    resize(out[0]->dense(), to.dims, in[0]->dtype());
    with_float(Kind::kName, in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto to_y = cpu::results_to(out[0]->dense().values<T>().data(), finish<T>(to.n));
      cpu::reduce<F>(in[0]->dense().values<T>().data(), x, self.reduced(x.rank),
                     cpu::Receiver<cpu::KeptBy<F, T>>(to_y), context.scratch);
    });
  }

  static void sparse(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const Reduction&>(op);
    const Dims x = dims_of(*in[0]);
    const cpu::Reduced goes = self.reduced(x.rank);
    const Result to = self.result(x);
    resize(out[0]->dense(), to.dims, in[0]->dtype());
    with_float(Kind::kName, in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* values = entries<T>(*in[0]).data();
      const auto to_y = cpu::results_to(out[0]->dense().values<T>().data(), finish<T>(to.n));
      const cpu::Receiver<cpu::KeptBy<F, T>> results(to_y);
      if (in[0]->storage() == Storage::csr)
        cpu::reduce_csr<F>(in[0]->csr(), values, goes, F::kZeros, results, context.scratch);
      else cpu::reduce_rows<F>(in[0]->row_sparse(), values, goes, results, context.scratch);
    });
  }

  // Reduces each stored row to one value; rows that are not stored stay so.
  static void rows(const Op& op, Context&, In in, Out out) {
    const auto& self = static_cast<const Reduction&>(op);
    const tensor::RowSparse& x = in[0]->row_sparse();
    tensor::RowSparse& y = out[0]->row_sparse();
    const Result to = self.result(dims_of(*in[0]));
    y.dtype = x.dtype;
    y.shape.resize(to.dims.rank);
    std::copy_n(to.dims.size.begin(), to.dims.rank, y.shape.begin());
    y.ids = Buffer::alias(x.ids);
    const size_t count = x.row_ids().size(), width = x.width();
    y.data.resize(count * size_of(x.dtype));
    with_float(Kind::kName, x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto to_y = cpu::results_to(y.values<T>().data(), finish<T>(to.n));
      cpu::reduce_lines<F>(x.values<T>().data(), count, width, cpu::Receiver<cpu::KeptBy<F, T>>(to_y));
    });
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules to_dense{{
        {{Storage::dense}, {Storage::dense}, Reduction::dense},
        {{csr}, {Storage::dense}, sparse},
        {{row_sparse}, {Storage::dense}, sparse},
    }};
    static const Rules keep_rows{{
        {{Storage::dense}, {Storage::dense}, Reduction::dense},
        {{csr}, {Storage::dense}, sparse},
        {{row_sparse}, {row_sparse}, rows},
    }};
    return kKeepsRows && keepdims && !axes.empty() && axes[0] != 0 ? keep_rows : to_dense;
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               [[maybe_unused]] const std::vector<bool>& wanted) const override {
    const Symbol& x = node.in(0);
    if constexpr (kLinear) {
      return {spread_gradient(dy[0], x, put_back(), std::is_same_v<Kind, MeanKind>)};
    } else {
      const Symbol y = apply(node.shared_op(), {x});
      const auto with = [&](ReduceGradient kind, const Symbol& a, const Symbol& b) {
        return std::vector{reduce_gradient(kind, x, a, b, put_back())};
      };
      const Symbol g = gradient_at(dy[0], y);
      if (y.storage() == Storage::row_sparse) {
        if constexpr (kExtreme) {  // Elements that tie share the gradient.
          const Symbol ones = scatter_plus_scalar(zeros_like(y), 1);
          const Symbol ties = sum(reduce_gradient(ReduceGradient::extreme, x, y, ones, {}), axes, true);
          return with(ReduceGradient::extreme, y, scatter_elemwise_div(g, ties));
        }
      }
      if constexpr (std::is_same_v<Kind, NormKind>) {
        return with(ReduceGradient::norm, y, g);
      } else if constexpr (std::is_same_v<Kind, ProductKind>) {
        const Symbol one = equal(zeros_in(x, y, axes, keepdims), 1);
        const Symbol others = apply(std::make_shared<Reduction<NonzeroProductKind>>(axes, keepdims), {x});
        return with(ReduceGradient::product, multiply(y, g), multiply(multiply(others, one), g));
      } else if constexpr (std::is_same_v<Kind, NonzeroProductKind>) {
        return Op::gradient(node, dy, wanted);  // Used only in the gradient of prod.
      } else {
        return with(ReduceGradient::extreme, y, divide(g, equals_in(x, y, axes, keepdims)));
      }
    }
  }
};

template <class Kind>
bool registers() {
  return register_op(Kind::kName, [] { return reduce_examples<Reduction<Kind>>(1); });
}
const bool reduce_registered = registers<SumKind>() && registers<MeanKind>() && registers<MaxKind>() &&
                               registers<MinKind>() && registers<ProductKind>() && registers<NormKind>() &&
                               registers<NonzeroProductKind>();

template <class Kind>
Symbol reduced(const Symbol& x, const Axes& axes, bool keepdims) {
  return apply(std::make_shared<Reduction<Kind>>(sorted_axes(x, axes), keepdims), {x});
}

}  // namespace

Symbol sum(const Symbol& x, const Axes& axes, bool keepdims) {
  return is_float(x.dtype()) ? reduced<SumKind>(x, axes, keepdims) : integer_sum(x, axes, keepdims);
}
Symbol mean(const Symbol& x, const Axes& axes, bool keepdims) {
  if (!is_float(x.dtype())) return cast(mean(cast(x, DType::float64), axes, keepdims), floatx());
  return reduced<MeanKind>(x, axes, keepdims);
}
Symbol max(const Symbol& x, const Axes& axes, bool keepdims) {
  if (!is_float(x.dtype())) return cast(integer_max(x, axes, keepdims), x.dtype());
  return reduced<MaxKind>(x, axes, keepdims);
}
Symbol min(const Symbol& x, const Axes& axes, bool keepdims) {
  if (!is_float(x.dtype())) return cast(integer_min(x, axes, keepdims), x.dtype());
  return reduced<MinKind>(x, axes, keepdims);
}
Symbol prod(const Symbol& x, const Axes& axes, bool keepdims) {
  return is_float(x.dtype()) ? reduced<ProductKind>(x, axes, keepdims) : integer_prod(x, axes, keepdims);
}

Symbol norm(const Symbol& x, int ord, const Axes& axes, bool keepdims) {
  LACUNA_REQUIRE(ord == 1 || ord == 2, "norm: ord must be 1 or 2. Received: ord=", ord, ".");
  return ord == 1 ? sum(abs(x), axes, keepdims) : reduced<NormKind>(x, axes, keepdims);
}

Symbol square_sum(const Symbol& x, const Axes& axes, bool keepdims) {
  return axes.empty() && !keepdims ? sum_of_squares(x) : sum(square(x), axes, keepdims);
}

// Clipped, since the largest of no elements is -inf.
Symbol any(const Symbol& x, const Axes& axes, bool keepdims) {
  return clip(max(not_equal(x, 0), axes, keepdims), 0, 1);
}
Symbol all(const Symbol& x, const Axes& axes, bool keepdims) {
  return clip(min(not_equal(x, 0), axes, keepdims), 0, 1);
}

}  // namespace lacuna
