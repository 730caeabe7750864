// Keras' backend: functions on symbols. Most are ops, under the same names.
#pragma once
#include "lacuna/backend/convolution.h"
#include "lacuna/backend/selections.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/compare.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/scalar.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/elementwise/where.h"
#include "lacuna/ops/labels/crossentropies.h"
#include "lacuna/ops/labels/digitize.h"
#include "lacuna/ops/labels/labels.h"
#include "lacuna/ops/labels/one_hot.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/products/batch_dot.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/reductions/cumulative.h"
#include "lacuna/ops/reductions/getnnz.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/reductions/softmax.h"
#include "lacuna/ops/shape/concatenate.h"
#include "lacuna/ops/shape/permute_dimensions.h"
#include "lacuna/ops/shape/reshape.h"
#include "lacuna/ops/shape/retain.h"
#include "lacuna/ops/shape/shape.h"

namespace LACUNA_EXPORT lacuna {
namespace backend {

using lacuna::abs, lacuna::add, lacuna::add_n, lacuna::all, lacuna::any, lacuna::arccos, lacuna::arccosh;
using lacuna::arcsin, lacuna::arcsinh, lacuna::arctan, lacuna::arctanh, lacuna::argmax, lacuna::argmin;
using lacuna::batch_dot, lacuna::binary_crossentropy, lacuna::bincount, lacuna::cast;
using lacuna::categorical_crossentropy, lacuna::cbrt, lacuna::ceil, lacuna::clip, lacuna::concatenate;
using lacuna::cos, lacuna::cosh, lacuna::cumprod, lacuna::cumsum, lacuna::degrees, lacuna::digitize,
    lacuna::divide, lacuna::dot, lacuna::elu;
using lacuna::equal, lacuna::erf, lacuna::erfinv, lacuna::exp, lacuna::exp2, lacuna::expm1, lacuna::flatten,
    lacuna::floatx;
using lacuna::floor, lacuna::gamma, lacuna::gammaln, lacuna::getnnz, lacuna::gradients, lacuna::greater;
using lacuna::greater_equal, lacuna::hard_sigmoid, lacuna::hypot, lacuna::in_top_k, lacuna::isfinite;
using lacuna::isinf, lacuna::isnan, lacuna::less, lacuna::less_equal, lacuna::log, lacuna::log10;
using lacuna::log1p, lacuna::log2, lacuna::logical_not, lacuna::logsumexp, lacuna::max, lacuna::maximum;
using lacuna::mean, lacuna::min, lacuna::minimum, lacuna::mod, lacuna::multi_hot;
using lacuna::multi_hot_sparse_categorical_crossentropy, lacuna::multiply, lacuna::nan_to_num;
using lacuna::negative, lacuna::norm, lacuna::not_equal, lacuna::one_hot, lacuna::ones_like;
using lacuna::permute_dimensions, lacuna::power, lacuna::prod, lacuna::radians, lacuna::rcbrt;
using lacuna::reciprocal, lacuna::relu, lacuna::retain, lacuna::round, lacuna::round_ste, lacuna::rsqrt;
using lacuna::scatter_elemwise_div, lacuna::scatter_minus_scalar, lacuna::scatter_plus_scalar, lacuna::selu;
using lacuna::set_floatx, lacuna::shape, lacuna::sigmoid, lacuna::sign, lacuna::sign_ste, lacuna::sin;
using lacuna::sinh, lacuna::softmax, lacuna::softplus, lacuna::softsign;
using lacuna::sparse_categorical_crossentropy, lacuna::square, lacuna::square_sum;
using lacuna::stddev, lacuna::stop_gradient, lacuna::subtract, lacuna::sum, lacuna::tan, lacuna::tanh;
using lacuna::transpose, lacuna::trunc, lacuna::var, lacuna::where, lacuna::zeros_like;

struct PlaceholderOptions {
  DType dtype = floatx();
  bool sparse = false;  // csr, of rank 2.
  std::string name{};
};

// An input whose value is fed later; `shape` includes the batch.
Symbol placeholder(const Shape& shape, const PlaceholderOptions& options = {});

// Whether the storage of a symbol is not dense: csr, row_sparse or a table of rows.
bool is_sparse(const Symbol& x);

// The same values in dense storage: by this a user says that zeros may be stored. It also works if x is
// declared dense and csr is fed to it.
Symbol to_dense(const Symbol& x);

// √x, and 0 where x < 0, as in Keras 2.2.4: a variance may be just below 0 by rounding. csr stays csr.
Symbol sqrt(const Symbol& x);

// The product of two matrices; of operands of rank 3, one product for each sample of the batch.
Symbol matmul(const Symbol& x, const Symbol& y);

}  // namespace backend
}  // namespace lacuna
