#include "lacuna/layers/features/feature.h"

namespace lacuna::layers {

Spec FeatureState::wanted(const Spec& given) const {
  return {{}, given.dtype == DType::string ? DType::string : DType::int64, Storage::dense};
}

}  // namespace lacuna::layers
