// Looks for the ops that read whether the plan trains.
#include "lacuna/layers/learning_phase.h"

#include <algorithm>
#include <array>

#include "lacuna/graph/op.h"

namespace lacuna::layers {
namespace {

constexpr std::array<std::string_view, 4> kActInTraining{"batch_moments", "dropout", "in_train_phase",
                                                         "times_normal"};

}  // namespace

bool uses_learning_phase(const Symbol& symbol) {
  return std::ranges::any_of(in_order({symbol}), [](const auto& node) {
    // The key of an op that was made in a FixedPhase says so.
    return std::ranges::count(kActInTraining, node->op().name()) > 0 &&
           !node->op().key().ends_with(" always");
  });
}

}  // namespace lacuna::layers
