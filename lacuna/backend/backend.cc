// Functions on symbols that are no ops of their own.
#include "lacuna/backend/backend.h"

#include "lacuna/layers/layer.h"

namespace lacuna::backend {

Symbol placeholder(const Shape& shape, const PlaceholderOptions& options) {
  return lacuna::placeholder({shape, options.dtype, options.sparse ? Storage::csr : Storage::dense},
                             options.name.empty() ? layers::unique_name("Placeholder") : options.name);
}

bool is_sparse(const Symbol& x) { return x.storage() != Storage::dense; }

Symbol to_dense(const Symbol& x) {
  return x.storage() == Storage::dense ? x : cast_storage(x, Storage::dense);
}

}  // namespace lacuna::backend
