// The calls of a layer, guarded by a mutex.
#include "lacuna/layers/calls.h"

#include <mutex>

#include "lacuna/layers/sketch.h"

namespace lacuna::layers {
namespace {

std::mutex& mutex() {  // One for all layers: it is rarely locked, and only for a short time.
  static std::mutex result;
  return result;
}

}  // namespace

void add_call(const std::shared_ptr<const Call>& call) {
  if (Sketch::is_on()) return;
  const std::lock_guard lock(mutex());
  call->layer->calls.push_back(call);
}

void remove_call(const std::shared_ptr<const Call>& call) {
  const std::lock_guard lock(mutex());
  std::erase_if(call->layer->calls, [&](const std::weak_ptr<const Call>& weak) {
    return !weak.owner_before(call) && !call.owner_before(weak);
  });
}

std::vector<std::shared_ptr<const Call>> calls_of(const LayerState& layer) {
  std::vector<std::shared_ptr<const Call>> result;
  const std::lock_guard lock(mutex());
  for (const auto& weak : layer.calls)
    if (auto call = weak.lock()) result.push_back(std::move(call));
  return result;
}

}  // namespace lacuna::layers
