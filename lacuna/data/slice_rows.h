// Cuts csr data to a whole number of batches, as the Keras-MXNet tutorial does. Lacuna itself does not need
// it: it trains a partial last batch as it is.
#pragma once
#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

// The first rows of x that fill whole batches; they share x's memory. If x has fewer rows than a batch, warns
// and returns x.
tensor::Csr prepare_sliced_sparse_data(const tensor::Csr& x, Dim batch_size);

}  // namespace data
}  // namespace lacuna
