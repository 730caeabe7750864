// Functions on symbols that are no ops of their own.
#include "lacuna/backend/backend.h"

#include "lacuna/base/error.h"
#include "lacuna/layers/layer.h"
#include "lacuna/ops/translate.h"

namespace lacuna::backend {

Symbol placeholder(const Shape& shape, const PlaceholderOptions& options) {
  return lacuna::placeholder({shape, options.dtype, options.sparse ? Storage::csr : Storage::dense},
                             options.name.empty() ? layers::unique_name("Placeholder") : options.name);
}

bool is_sparse(const Symbol& x) { return x.storage() != Storage::dense; }

Symbol to_dense(const Symbol& x) { return as_dense(x); }

Symbol dot(const Symbol& x, const Symbol& y, bool transpose_x, bool transpose_y) {
  if (y.storage() != Storage::row_table) return lacuna::dot(x, y, transpose_x, transpose_y);
  require(
      !transpose_x && !transpose_y,
      "dot: a weight that keeps rows stands as the second factor, and neither is transposed. Received: x=",
      x.spec(), ", y=", y.spec(), ", transpose_a=", transpose_x, ", transpose_b=", transpose_y, ".");
  return lacuna::dot(translate(x, y), y);
}

Symbol matmul(const Symbol& x, const Symbol& y) {
  if (x.rank() != 3 || y.rank() != 3) return backend::dot(x, y);
  return lacuna::batch_dot(x, y, 2, 1);
}

}  // namespace lacuna::backend
