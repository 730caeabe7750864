// Backend functions that have no op of their own.
#include "lacuna/backend/backend.h"

#include <limits>

#include "lacuna/layers/layer.h"

namespace lacuna::backend {

Symbol placeholder(const Shape& shape, const PlaceholderOptions& options) {
  return lacuna::placeholder({shape, options.dtype, options.sparse ? Storage::csr : Storage::dense},
                             options.name.empty() ? layers::unique_name("Placeholder") : options.name);
}

bool is_sparse(const Symbol& x) { return x.storage() != Storage::dense; }

Symbol to_dense(const Symbol& x) { return as_dense(x); }

Symbol sqrt(const Symbol& x) { return lacuna::sqrt(clip(x, 0, std::numeric_limits<double>::infinity())); }

Symbol matmul(const Symbol& x, const Symbol& y) {
  if (x.rank() != 3 || y.rank() != 3) return lacuna::dot(x, y);
  return lacuna::batch_dot(x, y, 2, 1);
}

}  // namespace lacuna::backend
