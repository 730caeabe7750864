// Keras' backend: functions on symbols. Most are ops under their own names.
#pragma once
#include "lacuna/backend/selections.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/arithmetic.h"
#include "lacuna/ops/batch_dot.h"
#include "lacuna/ops/cast.h"
#include "lacuna/ops/compare.h"
#include "lacuna/ops/concatenate.h"
#include "lacuna/ops/crossentropies.h"
#include "lacuna/ops/dot.h"
#include "lacuna/ops/labels.h"
#include "lacuna/ops/operators.h"
#include "lacuna/ops/permute_dimensions.h"
#include "lacuna/ops/reduce.h"
#include "lacuna/ops/reshape.h"
#include "lacuna/ops/shape.h"
#include "lacuna/ops/softmax.h"
#include "lacuna/ops/unary.h"

namespace lacuna::backend {

using lacuna::abs, lacuna::batch_dot, lacuna::cast, lacuna::clip, lacuna::concatenate, lacuna::dot,
    lacuna::equal, lacuna::exp;
using lacuna::binary_crossentropy, lacuna::categorical_crossentropy, lacuna::in_top_k,
    lacuna::multi_hot_sparse_categorical_crossentropy, lacuna::sparse_categorical_crossentropy;
using lacuna::flatten, lacuna::floatx, lacuna::gradients, lacuna::log, lacuna::max, lacuna::maximum,
    lacuna::mean;
using lacuna::minimum, lacuna::permute_dimensions, lacuna::relu, lacuna::round, lacuna::set_floatx,
    lacuna::sigmoid, lacuna::sign;
using lacuna::shape, lacuna::softmax, lacuna::softplus, lacuna::sqrt, lacuna::square, lacuna::sum,
    lacuna::tanh, lacuna::transpose;

struct PlaceholderOptions {
  DType dtype = floatx();
  bool sparse = false;  // csr: rank 2
  std::string name{};
};

// A value that is given later; the batch is part of the shape.
Symbol placeholder(const Shape& shape, const PlaceholderOptions& options = {});

// Whether a symbol is csr or row_sparse, wherever it comes from.
bool is_sparse(const Symbol& x);

// The same values, dense: how a user says that zeros may be stored. It holds for what is fed too: csr for
// what was declared dense.
Symbol to_dense(const Symbol& x);

// Of matrices their product, of rank 3 one for each row of the batch.
Symbol matmul(const Symbol& x, const Symbol& y);

}  // namespace lacuna::backend
