// A limit for the weights that a thread makes.
#include "lacuna/layers/weight_limit.h"

#include <utility>

#include "lacuna/base/error.h"

namespace lacuna::layers {
namespace {

thread_local WeightLimit* current = nullptr;

}  // namespace

WeightLimit::WeightLimit(double bytes) : left_(bytes), outer_(std::exchange(current, this)) {}

WeightLimit::~WeightLimit() { current = outer_; }

void WeightLimit::take(const std::string& layer, const std::string& name, double bytes) {
  if (!current) return;
  LACUNA_REQUIRE(bytes <= current->left_, layer,
                 ": the file must hold the weights that its config asks for. Received: ", name,
                 " of bytes=", bytes, ", while the file can hold no more than bytes=", current->left_, ".");
  current->left_ -= bytes;
}

}  // namespace lacuna::layers
