// Cuts csr data to a whole number of batches.
#include "lacuna/data/slice_rows.h"

#include "lacuna/base/message.h"

namespace lacuna::data {

tensor::Csr prepare_sliced_sparse_data(const tensor::Csr& x, Dim batch_size) {
  LACUNA_REQUIRE(batch_size > 0,
                 "prepare_sliced_sparse_data: batch_size must be positive. Received: batch_size=", batch_size,
                 ".");
  if (x.rows < batch_size) {
    warn(text("Cannot slice data: there are fewer rows than a batch has. Received: rows=", x.rows,
              ", batch_size=", batch_size, "."));
    return x;
  }
  tensor::Csr result = x;
  result.rows = x.rows / batch_size * batch_size;
  // Data and indices are shared with x; only the row pointers end earlier.
  result.indptr = Buffer::view(x.indptr.data(), (static_cast<size_t>(result.rows) + 1) * size_of(x.index),
                               std::make_shared<Buffer>(x.indptr));
  return result;
}

}  // namespace lacuna::data
