// The tutorial's way to a whole number of batches. Lacuna needs it nowhere: any last batch is trained as it
// is.
#pragma once
#include "lacuna/tensor/tensor.h"

namespace lacuna::data {

// The first rows of x that fill whole batches, shared with x, not copied. Fewer rows than a batch: a warning,
// and x.
tensor::Csr prepare_sliced_sparse_data(const tensor::Csr& x, Dim batch_size);

}  // namespace lacuna::data
