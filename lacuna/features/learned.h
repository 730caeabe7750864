// What a layer has learned from data, such as a vocabulary. The layer and the ops of all its calls share one
// place, of which adapt replaces the content as a whole.
#pragma once
#include <memory>
#include <mutex>
#include <utility>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace features {

// Thread-safe. Whoever read a content keeps it, also while it is replaced.
template <class Content>
class Learned {
 public:
  // Null before the first content is set.
  std::shared_ptr<const Content> get() const {
    const std::lock_guard lock(mutex_);
    return content_;
  }
  void set(Content content) {
    auto next = std::make_shared<const Content>(std::move(content));
    const std::lock_guard lock(mutex_);
    content_.swap(next);
  }

 private:
  mutable std::mutex mutex_{};
  std::shared_ptr<const Content> content_{};
};

}  // namespace features
}  // namespace lacuna
